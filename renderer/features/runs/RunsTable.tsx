import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { ArrowClockwise20Regular } from '@fluentui/react-icons/svg/arrow-clockwise'
import { Delete20Regular } from '@fluentui/react-icons/svg/delete'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, useState, type KeyboardEvent } from 'react'
import { isFinished, tookOf, type Run, type Verb } from '../../../shared/domain/runs/run.ts'
import type { RunOrder } from '../../../shared/domain/runs/runList.ts'
import { formatBytes, formatCount } from '../../../shared/domain/sizes.ts'
import { hrefOf } from '../../ui/route.ts'
import { goTo } from '../../ui/useRoute.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import { currentStep, fractionOf, stepWords } from './progressText.ts'
import { VerbQuestion } from './RunButtons.tsx'
import styles from './RunsTable.module.css'
import { RunStateMark } from './StateMark.tsx'
import { allowedVerbs } from './stateWords.ts'

const rowPx = 48

/**
 * Virtual rows in a real table: rows out of sight are two spacers, and `aria-rowindex` keeps
 * the count. Up and Down go from file to file, Enter opens, Space chooses.
 */
export function RunsTable({
  runs,
  order,
  onOrder,
  chosen,
  onChoose,
  onVerb,
}: {
  runs: readonly Run[]
  order: RunOrder
  onOrder: (order: RunOrder) => void
  /** Their ids. */
  chosen: ReadonlySet<string>
  onChoose: (chosen: ReadonlySet<string>) => void
  onVerb: (run: Run, verb: Verb) => void
}) {
  const frame = useRef<HTMLDivElement>(null)
  // The rule speaks of the React compiler, which is not in use.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: runs.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowPx,
    overscan: 10,
  })
  const shown = virtual.getVirtualItems()
  const before = shown[0]?.start ?? 0
  const after = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0)

  const toggle = (run: Run) => {
    const next = new Set(chosen)
    if (!next.delete(run.id)) next.add(run.id)
    onChoose(next)
  }
  const move = (event: KeyboardEvent, index: number) => {
    const run = runs[index]
    if (event.key === ' ' && event.target instanceof HTMLAnchorElement && run !== undefined) {
      event.preventDefault()
      toggle(run)
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const target = index + step
    if (step === 0 || target < 0 || target >= runs.length) return
    event.preventDefault()
    virtual.scrollToIndex(target)
    // The row may only exist after the scroll has been drawn.
    requestAnimationFrame(() => {
      frame.current?.querySelector<HTMLElement>(`[data-index="${target}"] a`)?.focus()
    })
  }

  const sorting = { order, onOrder }
  return (
    <div ref={frame} className={styles.frame}>
      <table className={styles.table} aria-label="Runs" aria-rowcount={runs.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" className={styles.choose}>
              <input
                type="checkbox"
                aria-label="Choose all runs on this page"
                checked={chosen.size === runs.length}
                onChange={({ target }) =>
                  onChoose(new Set(target.checked ? runs.map(({ id }) => id) : []))
                }
              />
            </th>
            <SortedHead by="state" className={styles.state} {...sorting}>
              State
            </SortedHead>
            <SortedHead by="file" {...sorting}>
              File
            </SortedHead>
            <SortedHead by="dataset" className={styles.dataset} {...sorting}>
              Dataset
            </SortedHead>
            <SortedHead by="in" className={styles.number} {...sorting}>
              Rows in
            </SortedHead>
            <SortedHead by="clean" className={styles.number} {...sorting}>
              Clean
            </SortedHead>
            <SortedHead by="held" className={styles.number} {...sorting}>
              Held back
            </SortedHead>
            <SortedHead by="size" className={`${styles.number} ${styles.size}`} {...sorting}>
              Size
            </SortedHead>
            <SortedHead by="sent" className={styles.when} {...sorting}>
              Sent
            </SortedHead>
            <SortedHead by="took" className={styles.took} {...sorting}>
              Took
            </SortedHead>
            <th scope="col" className={styles.verbs}>
              <span className={styles.hidden}>What to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Spacer height={before} />}
          {shown.map(({ index }) => {
            const run = runs[index]
            if (run === undefined) return null
            return (
              <tr
                key={run.id}
                data-index={index}
                aria-rowindex={index + 2}
                className={styles.row}
                // The link in the row is the keyboard's and the screen reader's way.
                onClick={(event) => {
                  if (event.target instanceof Element && event.target.closest('a, button, input'))
                    return
                  goTo({ page: 'run', runId: run.id })
                }}
                onKeyDown={(event) => move(event, index)}
              >
                <td className={styles.choose}>
                  <input
                    type="checkbox"
                    aria-label={`Choose ${run.source.name}`}
                    checked={chosen.has(run.id)}
                    onChange={() => toggle(run)}
                  />
                </td>
                <td>
                  <RunStateMark run={run} />
                </td>
                <th scope="row" className={styles.file} title={run.source.name}>
                  <a href={hrefOf({ page: 'run', runId: run.id })}>{run.source.name}</a>
                  <span className={styles.hint} title={hintOf(run)}>
                    {hintOf(run)}
                  </span>
                </th>
                <td className={styles.dataset} title={run.dataset}>
                  {run.dataset}
                </td>
                <td className={styles.number}>{count(run.rows.in)}</td>
                <td className={styles.number}>{count(run.account.clean)}</td>
                <td className={run.account.quarantined ? styles.held : styles.number}>
                  {count(run.account.quarantined)}
                </td>
                <td className={`${styles.number} ${styles.size}`}>
                  {run.source.bytes === null ? '' : formatBytes(run.source.bytes)}
                </td>
                <td title={formatFull(run.createdAt)}>{formatWhen(run.createdAt)}</td>
                <td className={styles.took}>{tookOf(run)}</td>
                <td className={styles.verbs}>
                  <RowVerbs run={run} onVerb={(verb) => onVerb(run, verb)} />
                </td>
              </tr>
            )
          })}
          {after > 0 && <Spacer height={after} />}
        </tbody>
      </table>
    </div>
  )
}

/** Of these the new, large and long come first. */
const fromTheTop: readonly RunOrder['by'][] = ['sent', 'in', 'clean', 'held', 'size', 'took']

/** Sorts by its column; once more, the other way round. */
function SortedHead({
  by,
  className,
  order,
  onOrder,
  children,
}: {
  by: RunOrder['by']
  className?: string | undefined
  order: RunOrder
  onOrder: (order: RunOrder) => void
  children: string
}) {
  const here = order.by === by
  const first = fromTheTop.includes(by)
  return (
    <th
      scope="col"
      className={className}
      {...(here ? { 'aria-sort': order.descending ? 'descending' : 'ascending' } : {})}
    >
      <button
        type="button"
        className={styles.sort}
        onClick={() => onOrder({ by, descending: here ? !order.descending : first })}
      >
        {children}
        {here && <span aria-hidden>{order.descending ? ' ↓' : ' ↑'}</span>}
      </button>
    </th>
  )
}

function RowVerbs({ run, onVerb }: { run: Run; onVerb: (verb: Verb) => void }) {
  const [discarding, setDiscarding] = useState(false)
  const returnFocus = useRestoreFocusTarget()
  const verbs = allowedVerbs(run)
  return (
    <>
      {verbs.includes('retry') && (
        <Button
          size="small"
          appearance="subtle"
          icon={<ArrowClockwise20Regular />}
          aria-label={`Retry ${run.source.name}`}
          title="Retry"
          onClick={() => onVerb('retry')}
        />
      )}
      {verbs.includes('discard') && (
        <Button
          size="small"
          appearance="subtle"
          icon={<Delete20Regular />}
          aria-label={`Discard ${run.source.name}`}
          title="Discard…"
          {...returnFocus}
          onClick={() => setDiscarding(true)}
        />
      )}
      {discarding && (
        <VerbQuestion
          run={run}
          verb="discard"
          onYes={() => onVerb('discard')}
          onClose={() => setDiscarding(false)}
        />
      )}
    </>
  )
}

function Spacer({ height }: { height: number }) {
  return <tr aria-hidden style={{ height }} />
}

function count(number: number | null): string {
  return number === null ? '' : formatCount(number)
}

/** Where an unfinished run is, or why one ended badly. */
function hintOf(run: Run): string {
  if (run.state === 'succeeded') return ''
  if (run.problem !== null) return run.problem.what
  const step = currentStep(run)
  if (step === null || isFinished(run.state)) return ''
  if (step.progress?.state === 'waiting' && step.progress.doing !== '') return step.progress.doing
  const fraction = step.progress === null ? null : fractionOf(step.progress)
  return `${stepWords[step.name].title}${fraction === null ? '' : ` ${Math.floor(fraction * 100)} %`}`
}
