// Rows and cells are placed by hand, which the browser's own table layout does not allow.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { useQueries } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type Ref,
} from 'react'
import type { Column } from '../../../shared/domain/dataset.ts'
import type { LookOrder, LookRow } from '../../../shared/domain/look.ts'
import type { ColumnProfile } from '../../../shared/domain/profile.ts'
import { pageRows, type rowsQuery } from '../../core/looks.ts'
import type { TypeOption } from './columnTypes.ts'
import styles from './FileGrid.module.css'
import { GridRow, cellId, placeOfCell } from './GridRow.tsx'
import { type HeadActions, HeadCell } from './GridHead.tsx'
import { GridScroller } from './gridScroller.ts'
import { heightOf, rowPx, rowsInView, scrollOf } from './gridScroll.ts'
import { columnWidths } from './tableLayout.ts'
import { ValueBar } from './ValueBar.tsx'

const headPx = 60
const linePx = 124
/** By how much a key makes a column wider or narrower. */
const widthStepPx = 24

type Page = { rows: LookRow[]; total: number }

/** Where the rows come from. */
export interface RowSource {
  rows: number
  /** What is known before anything is asked: the first rows. */
  head: readonly LookRow[]
  /** A page as it is now, and as it was known before. */
  page: (page: number) => ReturnType<typeof rowsQuery>
  /** Whether pages can be asked for. */
  isOpen: boolean
  earlier: (page: number) => Page | undefined
}

/** What others may ask of the grid. */
export interface GridHandle {
  showRow(row: number): void
  showColumn(index: number): void
}

/**
 * Every row of a file. Rows, columns and pages are virtual: a file of any size draws as quickly as a small one, and a
 * screen reader still hears how many there are. Arrows, Page Up and Down, Home and End move the cell (with Ctrl: to the first and last
 * row); Alt+Shift with an arrow makes its column wider or narrower.
 */
export function FileGrid({
  handle,
  name,
  columns,
  typesOf,
  source,
  viewKey,
  profiles,
  open,
  order,
  canOrder,
  ...actions
}: Omit<HeadActions, 'onWidth'> & {
  handle: Ref<GridHandle>
  name: string
  columns: readonly Column[]
  /** What a column can be read as. */
  typesOf: (column: Column, index: number) => readonly TypeOption[]
  source: RowSource
  /** Changes with what is wanted of the rows. */
  viewKey: string
  /** By label; empty until the whole file was looked at. */
  profiles: ReadonlyMap<string, ColumnProfile>
  /** The column that is looked at closely. */
  open: string | null
  order: LookOrder | null
  canOrder: boolean
}) {
  const frame = useRef<HTMLDivElement>(null)
  const { rows } = source
  const [scroller] = useState(() => new GridScroller(headPx))
  const { top, viewPx } = useSyncExternalStore(scroller.store.subscribe, scroller.store.get)
  const extent = { rows, viewPx }
  useEffect(() => (frame.current === null ? undefined : scroller.attach(frame.current)), [scroller])
  useLayoutEffect(() => scroller.setRows(rows), [scroller, rows])
  const [chosen, setChosen] = useState<Readonly<Record<string, number>>>({})
  const fitted = useMemo(() => columnWidths(columns, source.head), [columns, source.head])
  const widths = columns.map(({ label }, index) => chosen[label] ?? fitted[index] ?? 140)
  // The rule speaks of the React compiler, which is not in use.
  // oxlint-disable-next-line react/incompatible-library
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => widths[index] ?? 140,
    // A new set of widths must be measured anew.
    getItemKey: (index) => `${columns[index]?.label ?? index} ${widths[index] ?? 0}`,
    scrollPaddingStart: linePx,
    overscan: 3,
  })
  const shown = across.getVirtualItems()
  const lead = shown[0]?.start ?? 0
  const totalPx = linePx + across.getTotalSize()

  const { from, to } = rowsInView(top, extent)
  const first = Math.floor(from / pageRows)
  const last = Math.floor(Math.max(from, to - 1) / pageRows)
  const wanted = Array.from({ length: last - first + 1 }, (_, nth) => first + nth)
  const pages = useQueries({
    queries: rows === 0 || !source.isOpen ? [] : wanted.map((page) => source.page(page)),
  })
  const rowAt = (index: number): LookRow | null => {
    const page = Math.floor(index / pageRows)
    const known = pages[page - first]?.data ?? source.earlier(page)
    return known?.rows[index % pageRows] ?? source.head[index] ?? null
  }

  const [cell, setCell] = useState<{ row: number; column: number } | null>(null)
  const active = cell !== null && cell.row < rows && cell.column < columns.length ? cell : null
  const setActive = (row: number, column: number): void => {
    setCell({ row, column })
    scroller.show(row)
    across.scrollToIndex(column)
  }
  useImperativeHandle(handle, () => ({
    showRow: (row) => {
      setCell({ row, column: active?.column ?? 0 })
      scroller.moveTo(row - 3)
      frame.current?.focus({ preventScroll: true })
    },
    showColumn: (index) => {
      setCell({ row: active?.row ?? Math.floor(top), column: index })
      across.scrollToIndex(index, { align: 'start' })
    },
  }))
  // Other rows, or another order: what was looked at stands elsewhere.
  const [lastView, setLastView] = useState(viewKey)
  if (lastView !== viewKey) {
    setLastView(viewKey)
    setCell(null)
  }
  // What the effect hears is not what it uses.
  // oxlint-disable-next-line react/exhaustive-effect-dependencies
  useEffect(() => scroller.moveTo(0), [viewKey, scroller])

  const page = Math.max(1, Math.floor(extent.viewPx / rowPx) - 1)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== frame.current) return
    const { row, column } = active ?? { row: Math.floor(top), column: 0 }
    const far = event.ctrlKey || event.metaKey
    if (event.altKey && event.shiftKey) {
      const by = { ArrowLeft: -widthStepPx, ArrowRight: widthStepPx }[event.key]
      const label = columns[column]?.label
      if (by === undefined || label === undefined) return
      event.preventDefault()
      setChosen({ ...chosen, [label]: Math.max(48, (widths[column] ?? 140) + by) })
      return
    }
    const steps: Partial<Record<string, [row: number, column: number]>> = {
      ArrowUp: [far ? 0 : row - 1, column],
      ArrowDown: [far ? rows - 1 : row + 1, column],
      ArrowLeft: [row, far ? 0 : column - 1],
      ArrowRight: [row, far ? columns.length - 1 : column + 1],
      PageUp: [row - page, column],
      PageDown: [row + page, column],
      Home: far ? [0, 0] : [row, 0],
      End: far ? [rows - 1, columns.length - 1] : [row, columns.length - 1],
    }
    const next = steps[event.key]
    if (next === undefined || event.altKey) return
    event.preventDefault()
    const within = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value))
    if (active === null) setActive(row, column)
    else setActive(within(next[0], rows), within(next[1], columns.length))
  }

  const base = scrollOf(top, extent) - top * rowPx
  const activeRow = active === null ? null : rowAt(active.row)
  return (
    <div className={styles.whole}>
      <div
        ref={frame}
        className={styles.frame}
        role="grid"
        aria-label={`Preview of ${name}`}
        aria-rowcount={rows + 1}
        aria-colcount={columns.length + 1}
        aria-activedescendant={
          activeRow === null || active === null
            ? undefined
            : cellId(active.row, activeRow.fate.kind === 'broken' ? 0 : active.column)
        }
        aria-readonly
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={({ target }) => {
          const place = placeOfCell(target)
          if (place !== null) setCell(place)
        }}
      >
        <div
          role="presentation"
          className={styles.table}
          style={{ width: totalPx, height: headPx + heightOf(extent) }}
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
              {shown.map((item) => {
                const column = columns[item.index]
                if (column === undefined) return null
                return (
                  <HeadCell
                    key={column.label}
                    column={column}
                    item={item}
                    types={typesOf(column, item.index)}
                    profile={profiles.get(column.label) ?? null}
                    isOpen={open === column.label}
                    order={order}
                    canOrder={canOrder}
                    {...actions}
                    onWidth={(label, width) => {
                      const { [label]: _old, ...others } = chosen
                      setChosen(width === null ? others : { ...others, [label]: width })
                    }}
                  />
                )
              })}
            </div>
          </div>
          <div role="rowgroup">
            {Array.from({ length: to - from }, (_, nth) => from + nth).map((index) => (
              <GridRow
                key={index}
                index={index}
                row={rowAt(index)}
                columns={columns}
                shown={shown}
                lead={lead}
                width={totalPx}
                linePx={linePx}
                top={headPx + base + index * rowPx}
                active={active?.row === index ? active.column : null}
              />
            ))}
          </div>
        </div>
      </div>
      <ValueBar
        row={activeRow}
        column={active === null ? null : (columns[active.column] ?? null)}
        text={active === null ? null : (activeRow?.cells[active.column] ?? null)}
        characters={active === null ? undefined : activeRow?.longer[active.column]}
      />
    </div>
  )
}
