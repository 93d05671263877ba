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
import type { LookOrder } from '../../../shared/domain/files/look.ts'
import type { ColumnProfile } from '../../../shared/domain/files/profile.ts'
import { type PageQuery, pageRows } from '../../core/looks.ts'
import { problemOf } from '../../core/problem.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import type { TypeOption } from './columnTypes.ts'
import styles from './FileGrid.module.css'
import { GridRow, cellId, placeOfCell } from './GridRow.tsx'
import { type HeadActions, HeadCell } from './GridHead.tsx'
import { GridScroller } from './gridScroller.ts'
import { heightOf, rowPx, rowsInView, scrollOf } from './gridScroll.ts'
import type { ShownColumn, ShownRow } from './shown.ts'
import { columnWidths } from './tableLayout.ts'
import { ValueBar } from './ValueBar.tsx'

const headPx = 60
const linePx = 124
/** By how much a key makes a column wider or narrower. */
const widthStepPx = 24

/** Where the rows come from. */
export interface RowSource {
  rows: number
  /** What is known before anything is asked: the first rows. */
  head: readonly ShownRow[]
  /** A page as it is now, and as it was known before. */
  page: (page: number) => PageQuery<ShownRow>
  /** Whether pages can be asked for. */
  isOpen: boolean
  earlier: (page: number) => { rows: ShownRow[]; total: number } | undefined
}

/** What others may ask of the grid. */
export interface GridHandle {
  showRow(row: number): void
  showColumn(index: number): void
}

/**
 * Every row of a file. Rows, columns and pages are virtual: a file of any size draws as quickly as a small one, and a
 * screen reader still hears how many there are. Arrows, Page Up and Down, Home and End move the cell (with Ctrl: to the first and last
 * row); Alt+Shift with an arrow makes its column wider or narrower; the menu key, or the right button, opens the steps that fit the cell.
 */
export function FileGrid({
  handle,
  name,
  columns,
  isBoth,
  twice,
  typesOf,
  source,
  isLooking,
  viewKey,
  profiles,
  open,
  order,
  canOrder,
  onCell,
  ...actions
}: Omit<HeadActions, 'onWidth'> & {
  handle: Ref<GridHandle>
  name: string
  columns: readonly ShownColumn[]
  /** Whether what stood in a changed cell is shown beside what stands there. */
  isBoth: boolean
  /** Labels of columns of which it holds both. */
  twice: ReadonlySet<string>
  /** What a column can be read as; nothing where that is not known, or not to be chosen. */
  typesOf: (column: ShownColumn) => readonly TypeOption[]
  source: RowSource
  /** Whether it is not known yet which rows are wanted. */
  isLooking: boolean
  /** Changes with what is wanted of the rows. */
  viewKey: string
  /** By label; empty until the whole file was looked at. */
  profiles: ReadonlyMap<string, ColumnProfile>
  /** The column that is looked at closely. */
  open: string | null
  order: LookOrder | null
  canOrder: boolean
  /** The cell at hand is one of this column now. */
  onCell: (label: string, by: 'click' | 'key') => void
}) {
  const frame = useRef<HTMLDivElement>(null)
  const { rows } = source
  const [scroller] = useState(() => new GridScroller(headPx))
  const { top, viewPx } = useSyncExternalStore(scroller.store.subscribe, scroller.store.get)
  const extent = { rows, viewPx }
  useEffect(() => (frame.current === null ? undefined : scroller.attach(frame.current)), [scroller])
  useLayoutEffect(() => scroller.setRows(rows), [scroller, rows])
  const [chosen, setChosen] = useState<Readonly<Record<string, number>>>({})
  const fitted = useMemo(
    () =>
      columnWidths(
        columns.map(({ column }) => column),
        source.head,
        twice,
      ),
    [columns, source.head, twice],
  )
  const widths = columns.map(
    ({ column: { label } }, index) => chosen[label] ?? fitted[index] ?? 140,
  )
  // The rule speaks of the React compiler, which is not in use.
  // oxlint-disable-next-line react/incompatible-library
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => widths[index] ?? 140,
    // A new set of widths must be measured anew.
    getItemKey: (index) => `${columns[index]?.column.label ?? index} ${widths[index] ?? 0}`,
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
  const rowAt = (index: number): ShownRow | null => {
    const page = Math.floor(index / pageRows)
    const known = pages[page - first]?.data ?? source.earlier(page)
    return known?.rows[index % pageRows] ?? source.head[index] ?? null
  }

  const [cell, setCell] = useState<{ row: number; column: number } | null>(null)
  const active = cell !== null && cell.row < rows && cell.column < columns.length ? cell : null
  const moveTo = (place: { row: number; column: number }, by: 'click' | 'key'): void => {
    setCell(place)
    const label = columns[place.column]?.column.label
    if (label !== undefined) onCell(label, by)
  }
  const setActive = (row: number, column: number): void => {
    moveTo({ row, column }, 'key')
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

  const openMenu = (target: HTMLElement, row: number, column: number): void => {
    const label = columns[column]?.column.label
    const shownRow = rowAt(row)
    if (label === undefined || shownRow === null || shownRow.fate.kind === 'broken') return
    const text = shownRow.cells[column]?.trim() ?? ''
    // Of a cell that is cut off nobody knows what it holds.
    const value = shownRow.longer[column] === undefined ? text : null
    actions.onMenu({ target, label, value })
  }
  const page = Math.max(1, Math.floor(extent.viewPx / rowPx) - 1)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== frame.current) return
    const { row, column } = active ?? { row: Math.floor(top), column: 0 }
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const cellOfKeys = document.getElementById(cellId(row, column))
      if (cellOfKeys === null) return
      event.preventDefault()
      openMenu(cellOfKeys, row, column)
      return
    }
    const far = event.ctrlKey || event.metaKey
    if (event.altKey && event.shiftKey) {
      const by = { ArrowLeft: -widthStepPx, ArrowRight: widthStepPx }[event.key]
      const label = columns[column]?.column.label
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
  const failed = pages.find(({ isError }) => isError)
  return (
    <div className={styles.whole}>
      {failed !== undefined && (
        <ProblemNotice
          problem={problemOf(failed.error)}
          action={{ label: 'Try again', run: () => void failed.refetch() }}
        />
      )}
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
          if (place !== null) moveTo(place, 'click')
        }}
        onContextMenu={(event) => {
          const place = placeOfCell(event.target)
          if (place === null || !(event.target instanceof HTMLElement)) return
          event.preventDefault()
          setCell(place)
          openMenu(event.target, place.row, place.column)
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
                const shownColumn = columns[item.index]
                if (shownColumn === undefined) return null
                const { label } = shownColumn.column
                return (
                  <HeadCell
                    key={`${label} ${shownColumn.change}`}
                    shown={shownColumn}
                    item={item}
                    types={typesOf(shownColumn)}
                    profile={profiles.get(label) ?? null}
                    isOpen={open === label}
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
                isBoth={isBoth}
              />
            ))}
          </div>
        </div>
      </div>
      <ValueBar
        hint={
          rows === 0 && !isLooking
            ? 'No row is found. A text is looked for in the cells that are shown: Before the steps, After them, or Both.'
            : 'Choose a cell to see all of it.'
        }
        row={activeRow}
        column={active === null ? null : (columns[active.column]?.column ?? null)}
        text={active === null ? null : (activeRow?.cells[active.column] ?? null)}
        was={active === null ? undefined : activeRow?.before?.[active.column]}
        characters={active === null ? undefined : activeRow?.longer[active.column]}
        onMenu={(target) => {
          if (active !== null) openMenu(target, active.row, active.column)
        }}
      />
    </div>
  )
}
