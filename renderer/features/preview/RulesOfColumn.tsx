import { Button } from '@fluentui/react-components'
import { choiceOfRules } from '../../../shared/domain/columns/columnChoice.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { ColumnProfile } from '../../../shared/domain/files/profile.ts'
import { proposeRules } from '../../../shared/domain/rules/ruleProposals.ts'
import { cellDemand } from '../../../shared/domain/rules/ruleWords.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { ColumnRules } from '../rules/ColumnRules.tsx'
import styles from './ColumnPane.module.css'

export type RulesChoice = ReturnType<typeof choiceOfRules>

/** What the cells of a column are held to besides its type, what its values would keep, and how many rows of the whole file break it. */
export function RulesOfColumn({
  column,
  profile,
  breaking,
  onChange,
  onShow,
}: {
  column: Column
  profile: ColumnProfile
  /** Rows that would be held back for this column; null: not known (yet). */
  breaking: number | null
  onChange: (choice: RulesChoice) => void
  /** Shows these rows; null: they cannot be shown yet. */
  onShow: (() => void) | null
}) {
  const proposals = proposeRules({ ...profile, column })
  const change = (next: Column) => onChange(choiceOfRules(next))
  return (
    <section className={styles.rules} aria-label={`What ${column.label} is held to`}>
      <h3 className={styles.heading}>Rules</h3>
      <ColumnRules column={column} onChange={change} />
      {breaking !== null && breaking > 0 && (
        <p className={styles.breaking}>
          <span>{plural(breaking, 'row')} would be held back for this column.</span>
          <Button size="small" disabledFocusable={onShow === null} onClick={() => onShow?.()}>
            Show the rows
          </Button>
        </p>
      )}
      {proposals.length > 0 && (
        <ul className={styles.proposals} aria-label="Rules that all its values keep">
          {proposals.map(({ rule, set, evidence }) => (
            <li key={rule}>
              <span>
                {cellDemand({ ...column, ...set }, rule)}
                <span className={styles.evidence}>{evidence}</span>
              </span>
              <Button
                size="small"
                aria-label={`Add to ${column.label}: ${cellDemand({ ...column, ...set }, rule)}`}
                onClick={() => change({ ...column, ...set })}
              >
                Add
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
