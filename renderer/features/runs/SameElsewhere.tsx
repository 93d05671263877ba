import { Button } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import type { HeldPage } from '../../../shared/domain/fixing/fixing.ts'
import { generalSteps } from '../../../shared/domain/fixing/fixProposals.ts'
import {
  type GroupFix,
  type RowsToFix,
  effectWords,
} from '../../../shared/domain/fixing/groupFix.ts'
import { stepWords } from '../../../shared/domain/recipe/recipeWords.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { foreseenFixQuery, sameCellQuery } from '../../core/queries.ts'
import styles from './HeldBack.module.css'

/** A cell that was wrong and was fixed by hand. `column`: its place. */
export interface FixedByHand {
  column: number
  before: string
  after: string
}

/** A cell that was fixed by hand offers the same for the others: the very same cell, and what is written in the same way. */
export function SameElsewhere({
  runId,
  edit: { column, before, after },
  columns,
  isBusy,
  onFix,
  onClose,
}: {
  runId: string
  edit: FixedByHand
  columns: HeldPage['columns']
  isBusy: boolean
  onFix: (which: RowsToFix, fix: GroupFix, remember: boolean) => void
  onClose: () => void
}) {
  const client = useClient()
  const { label = '', rules = null } = columns[column] ?? {}
  const [exact, way] = generalSteps({ label, column: rules }, before, after)
  const same = useQuery(sameCellQuery(client, runId, { column, value: before }))
  const alike = useQuery(
    foreseenFixQuery(client, runId, {}, way === undefined ? null : { kind: 'steps', steps: [way] }),
  )
  const rows = same.data ?? 0
  const effect = alike.data ?? null
  const isWay = way !== undefined && effect !== null && effect.repaired > 0
  if (exact === undefined || (rows === 0 && !isWay)) return null
  const asStep = { kind: 'steps' as const, steps: [exact] }
  return (
    <div className={styles.offer} aria-live="polite">
      {rows > 0 && (
        <div>
          <span>
            {`“${before || 'empty'}” → ${after === '' ? 'empty' : `“${after}”`} in “${label}”: the same in ${plural(rows, 'more row', 'more rows')}?`}
          </span>
          <Button
            size="small"
            disabledFocusable={isBusy}
            onClick={() => onFix({ cell: { column, value: before } }, asStep, false)}
          >
            There, too
          </Button>
          <Button
            size="small"
            disabledFocusable={isBusy}
            onClick={() => onFix({ cell: { column, value: before } }, asStep, true)}
          >
            And in the next files
          </Button>
        </div>
      )}
      {isWay && (
        <div>
          <span>{`${stepWords(way)}: ${effectWords(effect)}.`}</span>
          <Button
            size="small"
            disabledFocusable={isBusy}
            onClick={() => onFix({}, { kind: 'steps', steps: [way] }, false)}
          >
            Repair
          </Button>
          <Button
            size="small"
            disabledFocusable={isBusy}
            onClick={() => onFix({}, { kind: 'steps', steps: [way] }, true)}
          >
            And in the next files
          </Button>
        </div>
      )}
      <Button size="small" appearance="subtle" onClick={onClose}>
        No
      </Button>
    </div>
  )
}
