/** The values of a column of the chosen file, each with its count, where a step is made of them. */
import { Button, Input, Spinner } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { type ClipboardEvent, useState } from 'react'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { problemOf } from '../../core/problem.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import type { SimilarQuery } from './SimilarValues.tsx'
import { type StepValues, pairOnLine, pairsOf } from './stepFields.ts'
import styles from './ValuesInFile.module.css'

export interface Asked {
  column: string
  query: SimilarQuery
}

export function useValues({ column, query }: Asked, isWanted: boolean) {
  const { data, error, isError } = useQuery({ ...query(column, null), enabled: isWanted })
  const values = data?.groups.flatMap((group) => group.values) ?? []
  return { data, values, problem: isError ? problemOf(error) : null }
}

/** The values of the column with the names are the new columns, if one wants; all other columns are the keys then. */
export function NamesInFile({
  onTake,
  ...asked
}: Asked & { onTake: (names: readonly string[]) => void }) {
  const [isOpen, setOpen] = useState(false)
  const { data, values, problem } = useValues(asked, isOpen && asked.column !== '')
  const names = values.map(({ value }) => value).filter((name) => name.trim() === name)
  if (!isOpen)
    return (
      <Button
        size="small"
        className={styles.open ?? ''}
        disabledFocusable={asked.column === ''}
        onClick={() => setOpen(true)}
      >
        Propose keys and columns from the file
      </Button>
    )
  return (
    <section className={styles.values} aria-label={`Names in ${asked.column}`}>
      {problem !== null && <ProblemNotice problem={problem} />}
      {data === undefined && problem === null && (
        <Spinner size="tiny" label="Looking at every row" />
      )}
      {data !== undefined && (
        <>
          <p>
            {plural(data.values, 'name')}:{' '}
            {values
              .slice(0, shown)
              .map(({ value, count }) => `${value} (${formatCount(count)})`)
              .join(', ')}
            {values.length > shown && ' …'}
          </p>
          <Button
            size="small"
            disabledFocusable={names.length === 0 || names.length > mostColumns}
            onClick={() => onTake(names)}
          >
            {names.length > mostColumns
              ? `More than ${formatCount(mostColumns)} columns`
              : 'Take them, and the other columns as keys'}
          </Button>
        </>
      )}
    </section>
  )
}

/** Names that are listed, and columns that a step makes at most. */
const shown = 12
const mostColumns = 1000

/** Every value with a field for what it becomes; what is copied from a spreadsheet is pasted over several of them. */
export function MapEachValue({
  pairs,
  onChange,
  ...asked
}: Asked & { pairs: StepValues[string] | undefined; onChange: (pairs: string) => void }) {
  const { data, values, problem } = useValues(asked, true)
  const mapped = pairsOf(pairs)
  const change = (changes: Iterable<readonly [string, string]>) => {
    const next = new Map(mapped)
    for (const [from, to] of changes)
      if (to === '' || to === from) next.delete(from)
      else next.set(from, to)
    onChange([...next].flatMap(([from, to]) => pairOnLine(from, to) ?? []).join('\n'))
  }
  const paste = (at: number, event: ClipboardEvent) => {
    const cells = tableOf(event.clipboardData.getData('text/plain'))
    if (cells.length <= 1 && (cells[0]?.length ?? 0) <= 1) return
    event.preventDefault()
    // Two columns say which value becomes what; one is what this value and those below it become.
    change(
      cells.flatMap(([one = '', two], nth): [string, string][] => {
        if (two !== undefined) return [[one, two.trim()]]
        const below = values[at + nth]
        return below === undefined ? [] : [[below.value, one.trim()]]
      }),
    )
  }
  const changing = values.filter(({ value }) => mapped.has(value))
  const cells = changing.reduce((sum, { count }) => sum + count, 0)
  return (
    <section className={styles.values} aria-label={`Every value of ${asked.column}`}>
      {problem !== null && <ProblemNotice problem={problem} />}
      {data === undefined && problem === null && (
        <Spinner size="tiny" label="Looking at every row" />
      )}
      {data !== undefined && (
        <>
          <p aria-live="polite">
            {plural(changing.length, 'value')} of {formatCount(data.values)} in{' '}
            {plural(cells, 'cell')} will change
            {values.length < data.values
              ? `; the ${formatCount(values.length)} most frequent are listed.`
              : '.'}
          </p>
          <p>Paste from a spreadsheet: two columns, or one from any field on down.</p>
          <ul>
            {values.map(({ value, count }, at) => (
              <li key={value}>
                <span title={value}>{value}</span>
                <span className={styles.count}>{formatCount(count)}</span>
                <Input
                  size="small"
                  aria-label={`${value} becomes`}
                  placeholder={pairOnLine(value, 'x') === null ? 'by “Replace”' : 'stays'}
                  disabled={pairOnLine(value, 'x') === null}
                  value={mapped.get(value) ?? ''}
                  spellCheck={false}
                  onPaste={(event) => paste(at, event)}
                  onChange={(_, { value: to }) => change([[value, to]])}
                />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

/** Cells as a spreadsheet copies them. */
function tableOf(text: string): string[][] {
  return text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => line.split('\t'))
}
