import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { useState } from 'react'
import {
  type FixOfEach,
  type HeldGroup,
  type HeldPage,
  groupSentence,
} from '../../../shared/domain/fixing/fixing.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import styles from './HeldBack.module.css'
import { TextDialog } from './TextDialog.tsx'

const groupsShown = 8

/** What is wrong, by kind: one of them can be looked at by itself, and changed as a whole. */
export function HeldGroups({
  groups,
  chosen,
  columns,
  onChoose,
  onChange,
}: {
  groups: readonly HeldGroup[]
  chosen: HeldGroup | null
  columns: HeldPage['columns']
  onChoose: (group: HeldGroup | null) => void
  onChange: (id: string, to: FixOfEach) => void
}) {
  const [asking, setAsking] = useState<{ kind: 'drop' | 'set'; group: HeldGroup } | null>(null)
  const returnFocus = useRestoreFocusTarget()
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? groups : groups.slice(0, groupsShown)
  const placeOf = ({ column }: HeldGroup): number =>
    columns.findIndex(({ name }) => name !== '' && name === column)
  return (
    <ul className={styles.groups} aria-label="What is wrong">
      {shown.map((group) => {
        const isOpen = chosen?.id === group.id
        return (
          <li key={group.id}>
            <button
              type="button"
              className={styles.group}
              aria-pressed={isOpen}
              onClick={() => onChoose(isOpen ? null : group)}
            >
              {groupSentence(group)}
            </button>
            {isOpen && (
              <span className={styles.groupTools}>
                {placeOf(group) >= 0 && (
                  <Button
                    size="small"
                    onClick={() => setAsking({ kind: 'set', group })}
                    {...returnFocus}
                  >
                    Set all…
                  </Button>
                )}
                <Button size="small" onClick={() => onChange(group.id, { kind: 'accept' })}>
                  Accept all
                </Button>
                <Button
                  size="small"
                  onClick={() => setAsking({ kind: 'drop', group })}
                  {...returnFocus}
                >
                  Drop all…
                </Button>
              </span>
            )}
          </li>
        )
      })}
      {groups.length > groupsShown && (
        <li>
          <Button size="small" appearance="subtle" onClick={() => setWhole(!isWhole)}>
            {isWhole ? 'Show fewer' : `Show all ${plural(groups.length, 'kind')}`}
          </Button>
        </li>
      )}
      {asking?.kind === 'drop' && (
        <TextDialog
          title={`Drop ${plural(asking.group.rows, 'row')}?`}
          hint="They are left out for good. The reason stands in the account."
          label="Reason"
          yes="Drop"
          isRequired
          onYes={(reason) => onChange(asking.group.id, { kind: 'drop', reason })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.kind === 'set' && (
        <TextDialog
          title={`Set ${plural(asking.group.rows, 'cell')}`}
          hint="All of them get this value; nothing makes them empty."
          label={columns[placeOf(asking.group)]?.label ?? 'Value'}
          yes="Set"
          isRequired={false}
          onYes={(value) =>
            onChange(asking.group.id, { kind: 'cell', column: placeOf(asking.group), value })
          }
          onClose={() => setAsking(null)}
        />
      )}
    </ul>
  )
}
