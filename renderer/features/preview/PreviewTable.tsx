// Rows and cells are placed by hand, which the browser's own table layout does not allow.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { Warning16Filled } from '@fluentui/react-icons/svg/warning'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import { type ColumnChoice, optionOf } from '../../../shared/domain/columnChoice.ts'
import { looksLike } from '../../../shared/domain/looksLike.ts'
import type { Column } from '../../../shared/domain/dataset.ts'
import type { Preview } from '../../../shared/domain/preview.ts'
import type { ColumnProfile } from '../../../shared/domain/profile.ts'
import { formatShare } from '../../../shared/domain/sizes.ts'
import { choiceOf, typeOptionsFor } from './columnTypes.ts'
import styles from './PreviewTable.module.css'
import { columnWidths, tableLines, type TableLine } from './tableLayout.ts'

const misfitWords = 'does not fit the type of its column'
const rowPx = 24
const headPx = 60
const linePx = 64

/**
 * The first rows of a file. Rows and columns are virtual: 200 × 200 cells draw as quickly
 * as 20 × 10, and a screen reader still hears how many there are.
 */
export function PreviewTable({
  name,
  preview,
  columns,
  profiles,
  open,
  onOpen,
  onType,
}: {
  name: string
  preview: Preview
  columns: readonly Column[]
  /** By label; empty until the whole file was looked at. */
  profiles: ReadonlyMap<string, ColumnProfile>
  /** The column that is looked at closely. */
  open: string | null
  onOpen: (label: string) => void
  onType: (label: string, choice: ColumnChoice) => void
}) {
  const frame = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => tableLines(preview), [preview])
  const widths = useMemo(() => columnWidths(columns, preview.rows), [columns, preview.rows])
  // The rule speaks of the React compiler, which is not in use.
  // oxlint-disable-next-line react/incompatible-library
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowPx,
    scrollMargin: headPx,
    overscan: 12,
  })
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => widths[index] ?? 140,
    // A new set of widths must be measured anew.
    getItemKey: (index) => `${columns[index]?.label ?? index} ${widths[index] ?? 0}`,
    overscan: 4,
  })
  const shown = across.getVirtualItems()
  const lead = shown[0]?.start ?? 0
  const totalPx = linePx + across.getTotalSize()

  return (
    <div
      ref={frame}
      className={styles.frame}
      role="region"
      aria-label={`First rows of ${name}`}
      // A region that scrolls must be reachable by keyboard (WCAG 2.1.1).
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <div
        role="table"
        aria-label={`Preview of ${name}`}
        aria-rowcount={lines.length + 1}
        aria-colcount={columns.length + 1}
        style={{ width: totalPx, height: headPx + rows.getTotalSize() }}
        className={styles.table}
      >
        <div role="rowgroup" className={styles.head} style={{ height: headPx, width: totalPx }}>
          <div role="row" aria-rowindex={1} className={styles.row}>
            <div
              role="columnheader"
              aria-colindex={1}
              className={styles.corner}
              style={{ width: linePx }}
            >
              Line
            </div>
            <div style={{ width: lead, flex: 'none' }} role="presentation" />
            {shown.map(({ index, size }) => {
              const column = columns[index]
              if (column === undefined) return null
              const { label } = column
              const types = typeOptionsFor(column, preview.columns[index], preview.offers[label])
              return (
                <div
                  key={column.label}
                  role="columnheader"
                  aria-colindex={index + 2}
                  className={styles.headCell}
                  style={{ width: size }}
                >
                  <button
                    type="button"
                    className={styles.label}
                    title={`${column.label} → ${column.name}: what the whole column holds`}
                    aria-expanded={open === column.label}
                    onClick={() => onOpen(column.label)}
                  >
                    {column.label}
                  </button>
                  <select
                    className={styles.type}
                    aria-label={`Type of ${column.label}`}
                    value={optionOf(column)}
                    onChange={(event) => onType(label, choiceOf(event.target.value, types))}
                  >
                    {types.map((option) => (
                      <option key={option.value} value={option.value}>
                        {option.label}
                      </option>
                    ))}
                  </select>
                  <Quality profile={profiles.get(column.label) ?? null} />
                </div>
              )
            })}
          </div>
        </div>
        <div role="rowgroup">
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index]
            if (line === undefined) return null
            return (
              <div
                key={row.key}
                role="row"
                aria-rowindex={row.index + 2}
                className={line.kind === 'broken' ? styles.brokenRow : styles.bodyRow}
                style={{ transform: `translateY(${row.start}px)`, width: totalPx, height: rowPx }}
              >
                <div
                  role="rowheader"
                  aria-colindex={1}
                  className={styles.line}
                  style={{ width: linePx }}
                >
                  {line.kind === 'broken' && <Warning16Filled aria-hidden />}
                  {line.line}
                </div>
                {line.kind === 'broken' ? (
                  <BrokenCell line={line} span={columns.length} />
                ) : (
                  <>
                    <div style={{ width: lead, flex: 'none' }} role="presentation" />
                    {shown.map(({ index, size }) => {
                      const column = columns[index]
                      const text = line.cells[index] ?? ''
                      const fits = column === undefined || looksLike(column, text)
                      return (
                        <div
                          key={column?.label ?? index}
                          role="cell"
                          aria-colindex={index + 2}
                          className={
                            !fits
                              ? styles.misfit
                              : isNumeric(column)
                                ? styles.numberCell
                                : styles.cell
                          }
                          style={{ width: size }}
                          title={
                            fits ? (text.length > 24 ? text : undefined) : `${text} ${misfitWords}`
                          }
                          aria-label={fits ? undefined : `${text} ${misfitWords}`}
                        >
                          {text}
                        </div>
                      )
                    })}
                  </>
                )}
              </div>
            )
          })}
        </div>
      </div>
    </div>
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

function BrokenCell({ line, span }: { line: TableLine & { kind: 'broken' }; span: number }) {
  return (
    <div role="cell" aria-colindex={2} aria-colspan={span} className={styles.brokenCell}>
      <span className={styles.reason}>Would be held back: {line.reason}</span>
      <span className={styles.raw} title={line.raw}>
        {line.raw}
      </span>
    </div>
  )
}

function isNumeric(column: Column | undefined): boolean {
  return column?.type === 'integer' || column?.type === 'decimal'
}
