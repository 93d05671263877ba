import { Button, Link, useRestoreFocusTarget } from '@fluentui/react-components'
import { ArrowDownload20Regular } from '@fluentui/react-icons/svg/arrow-download'
import { ChevronLeft20Regular } from '@fluentui/react-icons/svg/chevron-left'
import { ChevronRight20Regular } from '@fluentui/react-icons/svg/chevron-right'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type FixChange,
  type FixableRow,
  type HeldFormat,
  type HeldGroup,
  harmlessWords,
} from '../../../shared/domain/fixing/fixing.ts'
import {
  type FixedTogether,
  type GroupFix,
  type RowsToFix,
  effectWords,
  fixWords,
} from '../../../shared/domain/fixing/groupFix.ts'
import type { Run } from '../../../shared/domain/runs/run.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { rejectsQuery, runKey } from '../../core/queries.ts'
import { saveBytes } from '../../core/saveBytes.ts'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import styles from './HeldBack.module.css'
import { BringBack } from './BringBack.tsx'
import { HeldGroups } from './HeldGroups.tsx'
import { HeldSheet, type Put } from './HeldSheet.tsx'
import { GroupRepair } from './GroupRepair.tsx'
import { type FixedByHand, SameElsewhere } from './SameElsewhere.tsx'
import { bounds, fixedByHand, inverse, isEditable, put, type Selection } from './sheet.ts'
import { TextDialog } from './TextDialog.tsx'

const pageRows = 50
const atStart: Selection = { active: { row: 0, column: 0 }, anchor: { row: 0, column: 0 } }

/** Many rows that are fixed at once. */
interface Together {
  which: RowsToFix
  fix: GroupFix
  remember?: boolean
}
/** What undoes an edit: the changes that do, or the number of what was fixed together. */
type Edit = readonly FixChange[] | FixedTogether

/** The rows a run held back: what is wrong with them, and what becomes of them. */
export function HeldBack({ run }: { run: Run }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [offset, setOffset] = useState(0)
  const [group, setGroup] = useState<HeldGroup | null>(null)
  const [selection, setSelection] = useState(atStart)
  const [isDropping, setDropping] = useState(false)
  const returnFocus = useRestoreFocusTarget()
  const [history, setHistory] = useState<readonly Edit[]>([])
  const [byHand, setByHand] = useState<FixedByHand | null>(null)
  const query = rejectsQuery(client, run.id, { offset, limit: pageRows, group: group?.id })
  const held = useQuery({ ...query, placeholderData: keepPreviousData })
  const save = useMutation({
    mutationFn: async (format: HeldFormat) => {
      const path = `/rejects/${encodeURIComponent(run.id)}.${format}`
      await saveBytes(path, `held-back-${run.id}.${format}`)
      return await client.runs.harmless({ runId: run.id })
    },
  })
  const refresh = () => queryClient.invalidateQueries({ queryKey: runKey(run.id) })
  const fix = useMutation({
    // One after the other: what was typed last is what counts.
    scope: { id: `fix ${run.id}` },
    mutationFn: (changes: readonly FixChange[]) =>
      client.runs.fix({ runId: run.id, changes: [...changes] }),
    onSettled: refresh,
  })
  const send = useMutation({
    mutationFn: () => client.runs.sendFixed({ runId: run.id }),
    onSuccess: ({ runId }) => {
      setHistory([])
      announce(`Sent by the run ${runId}.`)
    },
    onSettled: refresh,
  })
  const { rows = [], found = 0, open = 0, ready = 0, groups = [] } = held.data ?? {}
  // It stays where it was when its last cell is cleared: the keyboard may be in it.
  const isBeyond = rows.some(
    ({ cells, reasons }) =>
      cells.length > (held.data?.columns.length ?? 0) ||
      reasons.some(({ code }) => code === 'extra-cell'),
  )
  const columns = [
    ...(held.data?.columns ?? []),
    ...(isBeyond ? [{ label: 'Beyond the last column', name: '', rules: null }] : []),
  ]
  const isHome = run.completes === null
  const change = (changes: readonly FixChange[], before: readonly FixableRow[]): void => {
    if (changes.length === 0) return
    setHistory([...history, inverse(before)])
    fix.mutate(changes)
  }
  const undo = (): void => {
    const last = history.at(-1)
    if (last === undefined) return
    setHistory(history.slice(0, -1))
    setByHand(null)
    if ('together' in last) undoTogether.mutate(last)
    else fix.mutate(last)
    announce('The last edit is undone.')
  }
  const onPut = (cells: Put): void => {
    const { edits, left } = put(rows, columns.length, cells)
    if (left > 0) announce(`${plural(left, 'cell')} had no place in these rows, and were left out.`)
    setByHand(fixedByHand(rows, cells, columns))
    const edited = new Map(edits.map(({ record, cells: now }) => [record, now]))
    // On screen at once; the check follows.
    queryClient.setQueryData(query.queryKey, (old) =>
      old === undefined
        ? old
        : {
            ...old,
            rows: old.rows.map((row) => {
              const now = edited.get(row.record)
              return now === undefined
                ? row
                : { ...row, cells: now, state: 'edited' as const, problems: null }
            }),
          },
    )
    change(
      edits.map(({ record, cells: now }) => ({
        records: [record],
        to: { kind: 'cells', cells: now },
      })),
      rows.filter(({ record }) => edited.has(record)),
    )
  }
  const { from, to } = bounds(selection)
  const chosen = rows
    .slice(from.row, to.row + 1)
    .filter((row) => isEditable(row) || row.isCut || row.state === 'dropped')
  const all = (becomes: FixChange['to'], which: readonly FixableRow[]): void =>
    change(
      which.length === 0 ? [] : [{ records: which.map(({ record }) => record), to: becomes }],
      which,
    )
  const together = useMutation({
    scope: { id: `fix ${run.id}` },
    mutationFn: ({ which, fix: wanted, remember = false }: Together) =>
      client.runs.fixTogether({ runId: run.id, which, fix: wanted, remember }),
    onSuccess: (done, { fix: wanted }) => {
      setHistory([...history, done])
      setGroup(null)
      setByHand(null)
      announce(`${fixWords(wanted, String)}: ${effectWords(done)}.`)
    },
    onSettled: refresh,
  })
  const undoTogether = useMutation({
    scope: { id: `fix ${run.id}` },
    mutationFn: ({ together: number, version }: FixedTogether) =>
      client.runs.undoTogether({ runId: run.id, together: number, version }),
    onSettled: refresh,
  })
  const isBusy = together.isPending || fix.isPending
  const failed =
    held.error ?? fix.error ?? send.error ?? save.error ?? together.error ?? undoTogether.error
  const closeFailed = (): void => {
    for (const each of [fix, send, save, together, undoTogether]) each.reset()
    if (held.isError) void held.refetch()
  }
  return (
    <div className={styles.held}>
      <div className={styles.bar}>
        <h2 className={styles.heading}>Held-back rows</h2>
        <span className={styles.range} data-testid="held">
          {held.data !== undefined &&
            (open === 0
              ? 'None is held back any more.'
              : `${formatCount(open)} held back, ${formatCount(ready)} ready to be sent`)}
        </span>
        {found > pageRows && (
          <>
            <span className={styles.range}>
              {`${formatCount(offset + 1)}–${formatCount(offset + rows.length)} of ${formatCount(found)}`}
            </span>
            <Button
              size="small"
              icon={<ChevronLeft20Regular />}
              aria-label="Previous held-back rows"
              disabledFocusable={offset === 0}
              onClick={() => setOffset(Math.max(0, offset - pageRows))}
            />
            <Button
              size="small"
              icon={<ChevronRight20Regular />}
              aria-label="Next held-back rows"
              disabledFocusable={offset + pageRows >= found}
              onClick={() => setOffset(offset + pageRows)}
            />
          </>
        )}
        {open > 0 &&
          (['xlsx', 'csv'] as const).map((format) => (
            <Button
              key={format}
              size="small"
              icon={<ArrowDownload20Regular />}
              disabledFocusable={save.isPending}
              onClick={() => save.mutate(format)}
            >
              {format === 'xlsx' ? 'Save for Excel' : 'Save as CSV'}
            </Button>
          ))}
        {open > 0 && isHome && <BringBack runId={run.id} onBack={() => void refresh()} />}
      </div>
      {!isHome && (
        <p className={styles.note}>
          These rows are fixed with{' '}
          <Link inline href={hrefOf({ page: 'run', runId: run.completes ?? '' })}>
            run {run.completes}
          </Link>
          , which has held them back first.
        </p>
      )}
      {(save.data ?? 0) > 0 && (
        <output className={styles.note}>{harmlessWords(save.data ?? 0)}</output>
      )}
      {(undoTogether.data?.stays ?? null) !== null && (
        <output className={styles.note}>
          The rows are as before. What the repair has left in the dataset stays there, for it was
          changed since:{' '}
          <Link inline href={hrefOf({ page: 'dataset', name: run.dataset })}>
            take it out of {run.dataset}
          </Link>
          .
        </output>
      )}
      {failed !== null && (
        <ProblemNotice problem={problemOf(failed)} action={{ label: 'Close', run: closeFailed }} />
      )}
      {isHome && (groups.length > 1 || group !== null) && (
        <HeldGroups
          groups={groups}
          chosen={group}
          columns={columns}
          onChoose={(next) => {
            setGroup(next)
            setOffset(0)
            setSelection(atStart)
          }}
          onChange={(id, to) =>
            together.mutate({ which: { group: id }, fix: { kind: 'each', to } })
          }
        />
      )}
      {isHome && group !== null && (
        <GroupRepair
          key={group.id}
          runId={run.id}
          group={group}
          columns={held.data?.columns ?? []}
          isBusy={isBusy}
          onRepair={(wanted, remember) =>
            together.mutate({ which: { group: group.id }, fix: wanted, remember })
          }
        />
      )}
      {rows.length > 0 && isHome && (
        <>
          <div className={styles.tools} role="toolbar" aria-label="The chosen rows">
            <Button
              size="small"
              disabledFocusable={chosen.length === 0}
              onClick={() => all({ kind: 'accept' }, chosen.filter(isEditable))}
            >
              Accept as they are
            </Button>
            <Button
              size="small"
              disabledFocusable={chosen.length === 0}
              onClick={() => setDropping(true)}
              {...returnFocus}
            >
              Drop…
            </Button>
            <Button
              size="small"
              disabledFocusable={chosen.length === 0}
              onClick={() => all({ kind: 'restore' }, chosen)}
            >
              As in the file
            </Button>
            <Button size="small" disabledFocusable={history.length === 0} onClick={undo}>
              Undo edit
            </Button>
            <span className={styles.gap} />
            <Button
              size="small"
              appearance="primary"
              disabledFocusable={ready === 0 || send.isPending || isBusy}
              onClick={() => send.mutate()}
            >
              {ready === 0 ? 'Send again' : `Send ${plural(ready, 'row')} again`}
            </Button>
          </div>
          {byHand !== null && (
            <SameElsewhere
              key={JSON.stringify(byHand)}
              runId={run.id}
              edit={byHand}
              columns={columns}
              isBusy={isBusy}
              onFix={(which, wanted, remember) => together.mutate({ which, fix: wanted, remember })}
              onClose={() => setByHand(null)}
            />
          )}
          <HeldSheet
            rows={rows}
            columns={columns}
            selection={selection}
            onSelect={setSelection}
            onPut={onPut}
            onUndo={undo}
          />
        </>
      )}
      {isDropping && (
        <TextDialog
          title={`Drop ${plural(chosen.length, 'row')}?`}
          hint="They are left out for good. The reason stands in the account."
          label="Reason"
          yes="Drop"
          isRequired
          onYes={(reason) => all({ kind: 'drop', reason }, chosen)}
          onClose={() => setDropping(false)}
        />
      )}
    </div>
  )
}
