import {
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
} from '@fluentui/react-components'
import { Fragment } from 'react'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { LookFilter } from '../../../shared/domain/files/look.ts'
import { type Fitting, fittingSteps } from '../steps/fitting.ts'
import styles from './CellMenu.module.css'
import type { View } from './shown.ts'

/** Where a menu was asked for, and what for. */
export interface MenuAt {
  target: HTMLElement
  label: string
  /** null: the column as a whole. */
  value: string | null
}

/** The steps that fit a column or a cell; one click on one of them is enough. */
export function CellMenu({
  at: { target, label, value },
  column,
  onFitting,
  onFilter,
  onClose,
}: {
  at: MenuAt
  /** What the column is known to hold. */
  column: Pick<Column, 'type' | 'decimalMark'>
  onFitting: (fitting: Fitting) => void
  /** Shows the rows with this value; null: they cannot be shown. */
  onFilter: (() => void) | null
  onClose: () => void
}) {
  const { type, decimalMark } = column
  const groups = fittingSteps(
    { label, type, ...(decimalMark === undefined ? {} : { decimalMark }) },
    value,
  )
  return (
    <Menu
      open
      positioning={{ target, position: 'below', align: 'start', autoSize: true }}
      onOpenChange={(_, { open }) => {
        if (open) return
        onClose()
        target.focus()
      }}
    >
      <MenuPopover className={styles.menu ?? ''}>
        <MenuList aria-label={`Steps for ${label}`}>
          <MenuGroup>
            <MenuGroupHeader>
              {value === null || value === '' ? label : `${label}: ${value.slice(0, 40)}`}
            </MenuGroupHeader>
            {groups.map((group, nth) => (
              <Fragment key={group[0]?.words ?? nth}>
                {nth > 0 && <MenuDivider />}
                {group.map((fitting) => (
                  <MenuItem
                    key={fitting.words}
                    onClick={() => {
                      onClose()
                      onFitting(fitting)
                    }}
                  >
                    {fitting.words}
                  </MenuItem>
                ))}
              </Fragment>
            ))}
            {onFilter !== null && value !== null && (
              <>
                <MenuDivider />
                <MenuItem
                  onClick={() => {
                    onClose()
                    onFilter()
                  }}
                >
                  Show the rows with this value
                </MenuItem>
              </>
            )}
          </MenuGroup>
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}

/** The rows with a cell as it is shown; what is shown of the steps is their values. */
export function cellFilter(column: string, value: string, view: View): LookFilter {
  return view === 'before' && value !== ''
    ? { kind: 'contains', column, text: value, isWhole: true }
    : { kind: 'value', column, value }
}
