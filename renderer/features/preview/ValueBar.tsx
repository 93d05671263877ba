import { Button } from '@fluentui/react-components'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { cellFault, fateSentence } from './rowWords.ts'
import type { ShownRow } from './shown.ts'
import styles from './ValueBar.module.css'

/** The cell that the keys are on, as far as a page has it, and what is wrong with it or its row. Its place is kept while there is none. */
export function ValueBar({
  hint,
  row,
  column,
  text,
  was,
  characters,
  onMenu,
}: {
  /** What stands there without a cell. */
  hint: string
  row: ShownRow | null
  column: Column | null
  text: string | null
  /** What stood there before the steps; undefined: the same. */
  was: string | undefined
  /** All that the cell has, where it is longer than `text`. */
  characters: number | undefined
  /** Asks for the steps that fit the cell. */
  onMenu: (target: HTMLElement) => void
}) {
  if (row === null || column === null)
    return (
      <div className={styles.bar}>
        <span className={styles.hint}>{hint}</span>
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
        {was !== undefined && was !== shown && (
          <span className={styles.hint}> was {was === '' ? 'empty' : `“${was}”`}</span>
        )}
      </section>
      {why !== '' && (
        <span className={styles.why} title={why}>
          {why}
        </span>
      )}
      {!broken && (
        <Button
          size="small"
          aria-haspopup="menu"
          onClick={({ currentTarget }) => onMenu(currentTarget)}
        >
          Clean …
        </Button>
      )}
    </div>
  )
}
