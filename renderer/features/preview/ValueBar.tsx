import type { Column } from '../../../shared/domain/dataset.ts'
import type { LookRow } from '../../../shared/domain/look.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { cellFault, fateSentence } from './rowWords.ts'
import styles from './ValueBar.module.css'

/** The cell that the keys are on, as far as a page has it, and what is wrong with it or its row. Its place is kept while there is none. */
export function ValueBar({
  row,
  column,
  text,
  characters,
}: {
  row: LookRow | null
  column: Column | null
  text: string | null
  /** All that the cell has, where it is longer than `text`. */
  characters: number | undefined
}) {
  if (row === null || column === null)
    return (
      <div className={styles.bar}>
        <span className={styles.hint}>Choose a cell to see all of it.</span>
      </div>
    )
  const broken = row.fate.kind === 'broken'
  const shown = row.fate.kind === 'broken' ? row.fate.raw : (text ?? '')
  const fault = broken ? '' : cellFault(row, column, shown)
  const why = fateSentence(row) || (fault === '' ? '' : `This value ${fault}.`)
  return (
    <div className={styles.bar}>
      <span className={styles.place}>
        Line {formatCount(row.line)}
        {!broken && ` · ${column.label}`}
        {!broken && characters !== undefined && (
          <>
            <br />
            the first {formatCount(shown.length)} of {formatCount(characters)} characters
          </>
        )}
      </span>
      {/* What scrolls must be reachable with the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.value} tabIndex={0} aria-label="The whole value">
        {shown === '' ? <span className={styles.hint}>empty</span> : shown}
      </section>
      {why !== '' && (
        <span className={styles.why} title={why}>
          {why}
        </span>
      )}
    </div>
  )
}
