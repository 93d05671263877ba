import { Button, Spinner, ToggleButton } from '@fluentui/react-components'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Compared, ComparedRow } from '../../../shared/domain/recipe/compared.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { useClient } from '../../core/core.tsx'
import { useWholeLook } from '../../core/looks.ts'
import { problemOf } from '../../core/problem.ts'
import { announce } from '../../ui/announce.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './ComparePage.module.css'

export interface Asked {
  file: ChosenFile
  /** Versions of the dataset. */
  before: number
  after: number
}

/** Rows that the core answers at once. */
const pageRows = 200

/** What another version makes of a file: how many rows change, in which columns, and the rows themselves, page by page. */
export function ComparedRows({ dataset, asked }: { dataset: Dataset; asked: Asked }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const { before, after } = asked
  const { name } = dataset
  const [page, setPage] = useState(0)
  const [column, setColumn] = useState<string | null>(null)
  // As the dataset reads its files, not as this one was once read.
  const file = { ...asked.file, choices: { ...asked.file.choices, reading: null } }
  const source = file.source ?? ''
  // What was read and compared is kept for as long as it is looked at.
  const look = useWholeLook(file, dataset, true, () => {
    announce(`${file.name} is no longer what it was. Pallet compares it again.`)
    void queryClient.invalidateQueries({ queryKey: ['compared', source] })
  })
  const isWhole = look.state?.kind === 'whole'
  const query = useQuery({
    queryKey: ['compared', source, dataset.updatedAt, before, after, column, page],
    queryFn: ({ signal }) =>
      client.datasets.compare(
        {
          source,
          name,
          version: before,
          to: after,
          from: page * pageRows,
          ...(column === null ? {} : { column }),
        },
        { signal },
      ),
    enabled: isWhole,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  })
  const compared = query.data
  const said = compared === undefined ? null : sentenceOf(compared)
  useEffect(() => {
    if (said !== null) announce(said)
  }, [said])
  if (file.arrival.state === 'failed') return <ProblemNotice problem={file.arrival.problem} />
  const problem = look.problem ?? (query.isError ? problemOf(query.error) : null)
  if (problem !== null)
    return (
      <ProblemNotice
        problem={problem}
        action={{
          label: 'Try again',
          run: look.problem === null ? () => void query.refetch() : look.again,
        }}
      />
    )
  if (compared === undefined)
    return (
      <Spinner
        className={styles.waiting ?? ''}
        size="tiny"
        label={
          isWhole
            ? 'Cleaning every row under both versions …'
            : `Reading every row of ${file.name} …`
        }
      />
    )
  const { changed, gone, come, columns } = compared
  const differing = columns.filter(({ rows }) => rows > 0)
  const total = columns.find((one) => one.name === column)?.rows ?? changed + gone + come
  const isSame = changed + gone + come === 0
  const choose = (next: string | null) => {
    setColumn(next)
    setPage(0)
  }
  return (
    <section className={styles.result} aria-label="What differs">
      <p className={styles.said} data-testid="compared">
        {said}
      </p>
      <table className={styles.accounts} aria-label="Rows under both versions">
        <thead>
          <tr>
            <th scope="col">Rows</th>
            <th scope="col">Clean</th>
            <th scope="col">Held back</th>
            <th scope="col">Dropped</th>
          </tr>
        </thead>
        <tbody>
          {[
            { label: `Version ${before}`, account: compared.before },
            { label: `Version ${after}`, account: compared.after },
          ].map(({ label, account }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{formatCount(account.clean)}</td>
              <td>{formatCount(account.held)}</td>
              <td>{formatCount(account.dropped)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {columns.some((one) => one.in !== 'both') && (
        <ul className={styles.columns}>
          {columns
            .filter((one) => one.in !== 'both')
            .map((one) => (
              <li key={one.name}>
                Column “{one.name}” {one.in === 'before' ? 'goes' : 'comes'}.
              </li>
            ))}
        </ul>
      )}
      {isSame ? (
        <EmptyState title="No row of this file is made otherwise">
          <p>Both versions make the same cells of every row of {file.name}.</p>
        </EmptyState>
      ) : (
        <>
          <div className={styles.bar}>
            {differing.length > 0 && (
              <fieldset className={styles.filters} aria-label="Rows that differ in">
                <ToggleButton size="small" checked={column === null} onClick={() => choose(null)}>
                  All {formatCount(changed + gone + come)}
                </ToggleButton>
                {differing.map((one) => (
                  <ToggleButton
                    key={one.name}
                    size="small"
                    checked={column === one.name}
                    onClick={() => choose(column === one.name ? null : one.name)}
                  >
                    {one.name} {formatCount(one.rows)}
                  </ToggleButton>
                ))}
              </fieldset>
            )}
            <Pages page={page} rows={compared.rows.length} total={total} onPage={setPage} />
          </div>
          <Rows compared={compared} label={file.name} isOld={query.isPlaceholderData} />
        </>
      )}
    </section>
  )
}

/** `412 rows change`, and of how many. */
function sentenceOf({ records, changed, gone, come, columns }: Compared): string {
  const of = `Of ${plural(records, 'row')}`
  if (changed + gone + come === 0)
    return columns.every((one) => one.in === 'both')
      ? `${of}, none changes.`
      : `${of}, none changes in the columns that both versions have.`
  const parts = [
    changed > 0 ? `${formatCount(changed)} ${changed === 1 ? 'changes' : 'change'}` : '',
    gone > 0 ? `${formatCount(gone)} ${gone === 1 ? 'goes' : 'go'}` : '',
    come > 0 ? `${formatCount(come)} ${come === 1 ? 'comes' : 'come'}` : '',
  ].filter((part) => part !== '')
  return `${of}: ${parts.join(', ')}.`
}

function Pages({
  page,
  rows,
  total,
  onPage,
}: {
  page: number
  rows: number
  total: number
  onPage: (page: number) => void
}) {
  const from = page * pageRows
  const isLast = from + pageRows >= total
  return (
    <div className={styles.pages}>
      <span data-testid="page">
        {formatCount(from + 1)}–{formatCount(from + rows)} of {formatCount(total)}
      </span>
      {total > pageRows && (
        <>
          <Button
            size="small"
            disabledFocusable={page === 0}
            onClick={() => page > 0 && onPage(page - 1)}
          >
            Earlier
          </Button>
          <Button
            size="small"
            disabledFocusable={isLast}
            onClick={() => !isLast && onPage(page + 1)}
          >
            Later
          </Button>
        </>
      )}
    </div>
  )
}

function Rows({
  compared: { columns, rows },
  label,
  isOld,
}: {
  compared: Compared
  label: string
  isOld: boolean
}) {
  return (
    // What scrolls must be reachable with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.rows} tabIndex={0} aria-label="Rows that differ" aria-busy={isOld}>
      <table aria-label={`Rows of ${label} that differ`}>
        <thead>
          <tr>
            <th scope="col" className={styles.number}>
              Line
            </th>
            <th scope="col">Row</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, nth) => (
            // A step may make several rows of one record.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={`${row.record} ${nth}`} data-what={whatOf(row)}>
              <th scope="row" className={styles.number}>
                {formatCount(row.line)}
              </th>
              <td title={row.before.why + row.after.why}>{whatOf(row)}</td>
              {columns.map(({ name }, at) => (
                <Cell
                  key={name}
                  row={row}
                  was={row.before.cells?.[at] ?? null}
                  now={row.after.cells?.[at] ?? null}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function whatOf({ before, after }: ComparedRow): 'changes' | 'goes' | 'comes' {
  return after.cells === null ? 'goes' : before.cells === null ? 'comes' : 'changes'
}

function Cell({ row, was, now }: { row: ComparedRow; was: string | null; now: string | null }) {
  if (row.after.cells === null) return <td>{was !== null && <del>{was}</del>}</td>
  if (row.before.cells === null) return <td>{now !== null && <ins>{now}</ins>}</td>
  if (was === now) return <td>{now}</td>
  return (
    <td data-changed>
      <del>{was ?? 'empty'}</del> <ins>{now ?? 'empty'}</ins>
    </td>
  )
}
