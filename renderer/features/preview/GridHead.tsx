// Rows and cells are placed by hand, which the browser's own table layout does not allow.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { ArrowSort16Regular } from '@fluentui/react-icons/svg/arrow-sort'
import { ArrowSortDown16Regular } from '@fluentui/react-icons/svg/arrow-sort-down'
import { ArrowSortUp16Regular } from '@fluentui/react-icons/svg/arrow-sort-up'
import { MoreHorizontal16Regular } from '@fluentui/react-icons/svg/more-horizontal'
import type { VirtualItem } from '@tanstack/react-virtual'
import { type ColumnChoice, optionOf } from '../../../shared/domain/columns/columnChoice.ts'
import type { LookOrder } from '../../../shared/domain/files/look.ts'
import type { ColumnProfile } from '../../../shared/domain/files/profile.ts'
import { formatShare } from '../../../shared/domain/sizes.ts'
import type { MenuAt } from './CellMenu.tsx'
import { type TypeOption, choiceOf } from './columnTypes.ts'
import styles from './FileGrid.module.css'
import type { ShownColumn } from './shown.ts'

export interface HeadActions {
  onOpen: (label: string) => void
  /** Asks for the steps that fit. */
  onMenu: (at: MenuAt) => void
  onType: (label: string, choice: ColumnChoice) => void
  /** null: as the file has them. */
  onOrder: (order: LookOrder | null) => void
  /** A width in px; null: as wide as what it holds needs. */
  onWidth: (label: string, width: number | null) => void
}

/** The head of one column: its label, its order, its type, and how much of it fits. */
export function HeadCell({
  shown: { column, inFile, change, was },
  item: { index, size },
  types,
  profile,
  isOpen,
  order,
  canOrder,
  onOpen,
  onMenu,
  onType,
  onOrder,
  onWidth,
}: HeadActions & {
  shown: ShownColumn
  item: VirtualItem
  types: readonly TypeOption[]
  profile: ColumnProfile | null
  isOpen: boolean
  order: LookOrder | null
  canOrder: boolean
}) {
  const { label } = column
  const sorted = order?.column === label ? (order.descending ? 'descending' : 'ascending') : 'none'
  const next =
    sorted === 'none'
      ? { column: label, descending: false }
      : sorted === 'ascending'
        ? { column: label, descending: true }
        : null
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={sorted}
      className={styles.headCell}
      data-change={change}
      style={{ width: size }}
    >
      <div className={styles.title}>
        <button
          type="button"
          className={styles.label}
          title={`${was === null ? label : `${was} → ${label}`} → ${column.name}: what the whole column holds`}
          aria-expanded={isOpen}
          onClick={() => onOpen(label)}
        >
          {label}
        </button>
        <button
          type="button"
          className={styles.sort}
          data-sorted={sorted !== 'none'}
          aria-label={next === null ? `${label}: order of the file` : `Order by ${label}`}
          title={
            next === null
              ? 'Back to the order of the file'
              : next.descending
                ? 'Largest first'
                : 'Smallest first'
          }
          disabled={!canOrder}
          onClick={() => onOrder(next)}
        >
          {sorted === 'none' ? (
            <ArrowSort16Regular />
          ) : sorted === 'ascending' ? (
            <ArrowSortUp16Regular />
          ) : (
            <ArrowSortDown16Regular />
          )}
        </button>
        <button
          type="button"
          className={styles.sort}
          aria-label={`Steps for ${label}`}
          aria-haspopup="menu"
          title="The steps that fit this column"
          onClick={({ currentTarget }) => onMenu({ target: currentTarget, label, value: null })}
        >
          <MoreHorizontal16Regular />
        </button>
      </div>
      <div className={styles.kind}>
        {(change !== 'kept' || (inFile === null && types.length === 0)) && (
          <span className={styles.made}>{change === 'removed' ? 'taken away' : 'new'}</span>
        )}
        {types.length > 0 && (
          <select
            className={styles.type}
            aria-label={`Type of ${label}`}
            value={optionOf(column)}
            onChange={(event) => onType(inFile ?? label, choiceOf(event.target.value, types))}
          >
            {types.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        )}
      </div>
      <Quality profile={profile} />
      <Edge size={size} onWidth={(width) => onWidth(label, width)} />
    </div>
  )
}

const narrowestPx = 48
const widestPx = 1200

/** Drawn with the mouse; a double click fits the column. With the keyboard: Alt+Shift+arrow in the grid. */
function Edge({ size, onWidth }: { size: number; onWidth: (width: number | null) => void }) {
  return (
    <span
      className={styles.edge}
      aria-hidden
      title="Draw to make the column wider or narrower; a double click fits it"
      onDoubleClick={() => onWidth(null)}
      onPointerDown={(event) => {
        event.preventDefault()
        const { pointerId, clientX } = event
        const edge: HTMLElement = event.currentTarget
        edge.setPointerCapture(pointerId)
        const end = new AbortController()
        const { signal } = end
        edge.addEventListener(
          'pointermove',
          (move) =>
            onWidth(Math.max(narrowestPx, Math.min(widestPx, size + move.clientX - clientX))),
          { signal },
        )
        for (const over of ['pointerup', 'pointercancel'])
          edge.addEventListener(over, () => end.abort(), { signal })
      }}
    />
  )
}

/** How much of a column fits its type, does not, or is empty; its place is kept while nobody knows. */
function Quality({ profile }: { profile: ColumnProfile | null }) {
  if (profile === null) return <span className={styles.quality} />
  const { filled, empty, fits } = profile
  const rows = filled + empty
  if (rows === 0) return <span className={styles.quality} />
  const misfits = filled - fits
  const words = [
    `${formatShare(fits / rows)} fit`,
    ...(misfits > 0 ? [`${formatShare(misfits / rows)} do not`] : []),
    ...(empty > 0 ? [`${formatShare(empty / rows)} empty`] : []),
  ].join(', ')
  return (
    <span className={styles.quality} role="img" aria-label={words} title={words}>
      <span className={styles.fitting} style={{ flexGrow: fits }} />
      {/* One value among millions is seen, too. */}
      {misfits > 0 && <span className={styles.misfitting} style={{ flexGrow: misfits }} />}
      <span style={{ flexGrow: empty }} />
    </span>
  )
}
