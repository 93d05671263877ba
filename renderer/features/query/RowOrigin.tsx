import { Button } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { isRunColumn, linesWords } from '../../../shared/domain/warehouse/origin.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { originQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull } from '../../ui/times.ts'
import styles from './RowOrigin.module.css'

/** What happened to a row of an answer: its run, its file and its line. `row`: from 0; null: nobody has asked. */
export function RowOrigin({
  answer: { columns, rows },
  row,
  onClose,
}: {
  answer: { columns: string[]; rows: (string | null)[][] }
  row: number | null
  onClose: () => void
}) {
  const cells = row === null ? [] : (rows[row] ?? [])
  const runId = cells[columns.findIndex(isRunColumn)] ?? null
  const named = Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? null]))
  const origin = useQuery(originQuery(useClient(), runId, named))
  if (row === null) return null
  const { data } = origin
  return (
    <section
      className={styles.origin}
      aria-label={`Row ${formatCount(row + 1)}`}
      aria-live="polite"
    >
      {runId === null ? (
        <p className={styles.line}>Pallet has not brought this row.</p>
      ) : (
        <p className={styles.line}>
          Row {formatCount(row + 1)} was brought by the run{' '}
          <a href={hrefOf({ page: 'run', runId })}>{runId}</a>
          {data !== undefined && ` of ${data.dataset}, sent ${formatFull(data.sentAt)}`}.{' '}
          {origin.isPending ? 'Looking for its line …' : data !== undefined && linesWords(data)}
        </p>
      )}
      {origin.isError && <ProblemNotice problem={problemOf(origin.error)} />}
      <Button size="small" onClick={onClose}>
        Close
      </Button>
    </section>
  )
}
