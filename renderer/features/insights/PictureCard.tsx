import { Button } from '@fluentui/react-components'
import { type ReactNode, useRef } from 'react'
import type { Picture } from '../../../shared/domain/warehouse/insights.ts'
import { csvOf } from '../../../shared/domain/files/csvText.ts'
import { formatDecimal } from '../../../shared/domain/sizes.ts'
import { save, saveText } from '../../core/saveBytes.ts'
import { hrefOf } from '../../ui/route.ts'
import { Chart } from './Chart.tsx'
import type { Drawing, DrawingOption } from './echarts.ts'
import styles from './Insights.module.css'

/** A cell as it is read: numbers in groups; names, days and what is no number as they stand. */
export const shown = (cell: string | null, isName: boolean): string =>
  cell === null ? '–' : isName ? cell : formatDecimal(cell)

/** One picture with its numbers, its query, and what can be taken along of it. */
export function PictureCard({
  of,
  draw,
  height = 260,
  onPick,
  cell,
  wide = false,
  children,
}: {
  of: Picture
  /** null: it is a list of numbers. */
  draw: DrawingOption | null
  height?: number
  onPick?: (nth: number) => void
  /** What stands in place of the name of a row; absent: the name. */
  cell?: (row: Picture['rows'][number]) => ReactNode
  wide?: boolean
  children?: ReactNode
}) {
  const drawn = useRef<Drawing | null>(null)
  const { id, title, note, columns, rows, lacks, sql } = of
  const heading = `picture-${id}`
  const table = (
    // What scrolls must be reachable with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.scroll} tabIndex={0} aria-label={`Numbers of ${title}`}>
      <table className={styles.numbers} aria-label={title}>
        <thead>
          <tr>
            {columns.map((name, nth) => (
              <th key={name} scope="col" className={nth > 0 ? styles.number : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // Rows are given anew with every answer.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={at}>
              {columns.map((name, nth) =>
                nth === 0 ? (
                  <th key={name} scope="row">
                    {cell === undefined ? (row[0] ?? '(none)') : cell(row)}
                  </th>
                ) : (
                  <td key={name} className={styles.number}>
                    {shown(row[nth] ?? null, false)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
  return (
    <section aria-labelledby={heading} className={wide ? styles.wide : styles.card}>
      <header className={styles.cardHead}>
        <h2 id={heading}>{title}</h2>
        {lacks.length === 0 && (
          <span className={styles.tools}>
            {sql !== null && (
              <a href={hrefOf({ page: 'query', sql })} aria-label={`Query of ${title}`}>
                Query
              </a>
            )}
            <Button
              size="small"
              appearance="subtle"
              aria-label={`${title} as CSV`}
              onClick={() => saveText(csvOf(columns, rows), `${id}.csv`)}
            >
              CSV
            </Button>
            {draw !== null && rows.length > 0 && (
              <Button
                size="small"
                appearance="subtle"
                aria-label={`${title} as an image`}
                onClick={() => saveImage(drawn.current, `${id}.png`)}
              >
                Image
              </Button>
            )}
          </span>
        )}
      </header>
      {lacks.length > 0 ? (
        <p className={styles.quiet}>
          Not known yet: it needs {lacks.join('; ')}. “Columns” says which column that is.
        </p>
      ) : rows.length === 0 ? (
        <p className={styles.quiet}>There is nothing of it in these days.</p>
      ) : draw === null ? (
        table
      ) : (
        <>
          <Chart
            option={draw}
            label={`${title}; its numbers follow as a table`}
            height={height}
            drawn={drawn}
            onPick={onPick}
          />
          <details className={styles.details}>
            <summary>Numbers</summary>
            {table}
          </details>
        </>
      )}
      {children}
      <p className={styles.note}>{note}</p>
    </section>
  )
}

/** As it is on screen, on a ground of its own. */
function saveImage(drawing: Drawing | null, name: string): void {
  const ground = getComputedStyle(document.body).colorScheme === 'dark' ? '#292929' : '#ffffff'
  drawing
    ?.renderToCanvas({ pixelRatio: 2, backgroundColor: ground })
    .toBlob((bytes) => bytes !== null && save(bytes, name))
}
