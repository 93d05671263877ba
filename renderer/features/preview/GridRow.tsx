// Rows and cells are placed by hand, which the browser's own table layout does not allow.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { Warning16Filled } from '@fluentui/react-icons/svg/warning'
import type { VirtualItem } from '@tanstack/react-virtual'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import styles from './FileGrid.module.css'
import { cellFault, fateSentence, fateWord } from './rowWords.ts'
import type { ShownColumn, ShownRow } from './shown.ts'

/** More characters than a column of the usual width shows. */
const longText = 24

/** How the cell at a place of the grid is named in the document. */
export const cellId = (row: number, cell: number): string => `cell-${row}-${cell}`

/** The place of the cell that holds an element; null: it is in none. */
export function placeOfCell(target: EventTarget): { row: number; column: number } | null {
  const cell = target instanceof Element ? target.closest('[role="gridcell"][id]') : null
  const [, row, column] = cell?.id.split('-').map(Number) ?? []
  return row === undefined || column === undefined ? null : { row, column }
}

/** One row of the grid; `row` is null until its page has come. */
export function GridRow({
  index,
  row,
  columns,
  shown,
  lead,
  width,
  linePx,
  top,
  active,
  isBoth,
}: {
  index: number
  row: ShownRow | null
  columns: readonly ShownColumn[]
  shown: readonly VirtualItem[]
  /** Px before the first column that is drawn. */
  lead: number
  width: number
  linePx: number
  top: number
  /** The cell that the keys are on, where it is in this row. */
  active: number | null
  /** Whether what stood in a changed cell is shown beside what stands there. */
  isBoth: boolean
}) {
  const fate = row?.fate.kind ?? 'stands'
  const sentence = row === null ? '' : fateSentence(row)
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={styles.bodyRow}
      data-fate={fate}
      data-repaired={row?.repaired !== undefined && fate === 'stands'}
      style={{ transform: `translateY(${top}px)`, width }}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        className={styles.line}
        style={{ width: linePx }}
        title={sentence === '' ? undefined : sentence}
      >
        {row !== null && sentence !== '' && (
          <span className={styles.fate}>
            {fateWord(row) === 'held' && <Warning16Filled aria-hidden />}
            {fateWord(row)}
          </span>
        )}
        <span className={styles.number}>{row === null ? '' : formatCount(row.line)}</span>
      </div>
      {row === null ? (
        <div
          role="gridcell"
          aria-colindex={2}
          aria-colspan={Math.max(1, columns.length)}
          className={styles.coming}
          style={{ left: linePx }}
        >
          …
        </div>
      ) : row.fate.kind === 'broken' ? (
        <div
          role="gridcell"
          id={cellId(index, 0)}
          aria-colindex={2}
          aria-colspan={Math.max(1, columns.length)}
          className={styles.brokenCell}
          style={{ left: linePx }}
          data-active={active !== null}
        >
          <span className={styles.reason}>{sentence}</span>
          <span className={styles.raw}>{row.fate.raw}</span>
        </div>
      ) : (
        <>
          <div style={{ width: lead, flex: 'none' }} role="presentation" />
          {shown.map(({ index: place, size }) => {
            const shownColumn = columns[place]
            const column = shownColumn?.column
            const text = row.cells[place] ?? ''
            const was = row.before?.[place]
            const isRemoved = shownColumn?.change === 'removed'
            const fault = isRemoved ? '' : cellFault(row, column, text)
            const said = saidOf(text, fault, isRemoved ? undefined : was)
            return (
              <div
                key={place}
                role="gridcell"
                id={cellId(index, place)}
                aria-colindex={place + 2}
                className={
                  fault !== '' ? styles.misfit : isNumeric(column) ? styles.numberCell : styles.cell
                }
                style={{ width: size }}
                title={said ?? (text.length > longText ? text : undefined)}
                // Both at once say it themselves.
                aria-label={isBoth && was !== undefined ? undefined : said}
                data-active={active === place}
                data-change={shownColumn?.change}
                data-changed={was !== undefined && !isRemoved}
              >
                {isRemoved ? (
                  <del>{was ?? text}</del>
                ) : isBoth && was !== undefined && was !== '' ? (
                  <>
                    <del>{was}</del> <ins>{text === '' ? 'empty' : text}</ins>
                  </>
                ) : (
                  text
                )}
              </div>
            )
          })}
        </>
      )}
    </div>
  )
}

/** What is said of a cell that is not simply what it shows. */
function saidOf(text: string, fault: string, was: string | undefined): string | undefined {
  const change = was === undefined ? '' : `, was ${was === '' ? 'empty' : was}`
  if (fault === '' && change === '') return undefined
  return `${text}${change}${fault === '' ? '' : ` ${fault}`}`
}

function isNumeric(column: Column | undefined): boolean {
  return ['integer', 'decimal', 'time', 'duration'].includes(column?.type ?? '')
}
