/** How the values of a column of the chosen file are read by a step that parses, while it is written. */
import { Button, Spinner } from '@fluentui/react-components'
import { useMemo } from 'react'
import { type ParseStep, parseCell } from '../../../shared/domain/cells/parsedCells.ts'
import { FormatGuess } from '../../../shared/domain/cells/proposeFormats.ts'
import type { ValueCount } from '../../../shared/domain/files/profile.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { type Asked, useValues } from './ValuesInFile.tsx'
import styles from './ValuesInFile.module.css'

/** Values that are listed: first those that the step does not read. */
const listed = 12

/** `step`: as far as it is written, and fits; null: not yet. `onTake`: a form in which all values are written; null: none is looked for. */
export function FormsInFile({
  step,
  onTake,
  ...asked
}: Asked & { step: ParseStep | null; onTake: ((format: string) => void) | null }) {
  const { data, values, problem } = useValues(asked, true)
  const isOfDates = onTake !== null
  const proposed = useMemo(() => {
    const all = data?.groups.flatMap((group) => group.values) ?? []
    const guess = new FormatGuess(
      asked.column,
      all.reduce((sum, { count }) => sum + count, 0),
    )
    if (isOfDates) for (const { value, count, line } of all) guess.add({ value, count, line })
    return guess.found()
  }, [data, asked.column, isOfDates])
  return (
    <section className={styles.values} aria-label={`How ${asked.column} is read`}>
      {problem !== null && <ProblemNotice problem={problem} />}
      {data === undefined && problem === null && (
        <Spinner size="tiny" label="Looking at every row" />
      )}
      {data !== undefined && onTake !== null && proposed.length > 1 && (
        <p>They can be read in several ways. Which one is meant only you can say:</p>
      )}
      {onTake !== null &&
        proposed.map(({ format, examples: [first], misfits: { cells } }) => (
          <Button key={format} size="small" onClick={() => onTake(format)}>
            {`“${format}”: ${first?.before ?? ''} is ${first?.after ?? ''}${cells === 0 ? '' : `; ${plural(cells, 'cell')} ${cells === 1 ? 'is' : 'are'} not written so`}`}
          </Button>
        ))}
      {data !== undefined && step !== null && (
        <Readings step={step} values={values} all={data.values} />
      )}
    </section>
  )
}

function Readings({
  step,
  values,
  all,
}: {
  step: ParseStep
  values: readonly ValueCount[]
  all: number
}) {
  const read = values.map((one) => ({ ...one, after: parseCell(step, one.value) }))
  const wrong = read.filter(({ after }) => typeof after === 'string')
  const right = read.filter(({ after }) => typeof after !== 'string')
  const cells = wrong.reduce((sum, { count }) => sum + count, 0)
  return (
    <>
      <p aria-live="polite">
        {plural(right.length, 'value')} of {formatCount(all)} {right.length === 1 ? 'is' : 'are'}{' '}
        read
        {wrong.length > 0 &&
          `; ${plural(wrong.length, 'value')} in ${plural(cells, 'cell')} ${wrong.length === 1 ? 'is' : 'are'} not, and ${cells === 1 ? 'its row is' : 'their rows are'} held back`}
        {values.length < all &&
          `. Looked at were the ${formatCount(values.length)} most frequent here`}
        .
      </p>
      <ul>
        {[...wrong, ...right].slice(0, listed).map(({ value, count, after }) => (
          <li key={value}>
            <span title={value}>{value}</span>
            <span className={styles.count}>{formatCount(count)}</span>
            <span className={typeof after === 'string' ? (styles.wrong ?? '') : ''}>
              {after === 'none'
                ? 'not read'
                : after === 'several'
                  ? 'read in two ways'
                  : after.value}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
