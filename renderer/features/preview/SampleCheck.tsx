import { Button, Spinner } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { checkSentences, sampleWords } from '../../../shared/domain/files/check.ts'
import type { Column, Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { sampleQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './DeskPane.module.css'

const rows = 10_000

/** What would become of some rows of a file that is too large to be judged in full before it is sent; its steps and rules as they are chosen now. */
export function SampleCheck({
  file,
  dataset,
  columns,
  seed,
  onSeed,
}: {
  file: ChosenFile
  dataset: Dataset | null
  /** As the file has them. */
  columns: readonly Column[]
  /** null: none is asked for. */
  seed: number | null
  onSeed: (seed: number | null) => void
}) {
  const sample = seed === null ? null : { rows, seed }
  const query = sampleQuery(useClient(), file, dataset, columns, sample)
  const { data, error, isFetching } = useQuery(query)
  if (seed === null)
    return (
      <section aria-label="A sample of the rows" className={styles.sample}>
        <p className={styles.calm}>Every row of so large a file is judged when it is sent.</p>
        <Button size="small" onClick={() => onSeed(1)}>
          Try {formatCount(rows)} of its rows
        </Button>
      </section>
    )
  return (
    <section aria-label="A sample of the rows" className={styles.sample}>
      {isFetching ? (
        <>
          <Spinner
            size="tiny"
            label={`Taking ${formatCount(rows)} rows from all over the file …`}
          />
          <Button size="small" onClick={() => onSeed(null)}>
            Cancel
          </Button>
        </>
      ) : (
        <>
          {query.enabled !== true && (
            <p className={styles.calm}>
              The sample waits: say first, above, which column is which, to which dataset the file
              belongs, or mend the steps that do not fit.
            </p>
          )}
          {error !== null && <ProblemNotice problem={problemOf(error)} />}
          {data?.sampled !== undefined && (
            <>
              <p aria-live="polite" className={styles.sampled}>
                {formatCount(data.clean)} clean, {formatCount(data.held)} held back and{' '}
                {formatCount(data.dropped)} dropped of {plural(data.records, 'sampled row')}.
              </p>
              <ul className={styles.problems}>
                {checkSentences(data).map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
              {sampleWords(data.sampled, data.records).map((sentence) => (
                <p key={sentence} className={styles.calm}>
                  {sentence}
                </p>
              ))}
            </>
          )}
          <Button size="small" onClick={() => onSeed(seed + 1)}>
            Another sample
          </Button>
        </>
      )}
    </section>
  )
}
