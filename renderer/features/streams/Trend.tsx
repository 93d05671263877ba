import { useEffect } from 'react'
import { note, samplesOf, trendWords } from './trend.ts'
import styles from './Streams.module.css'

const width = 72
const height = 16

/** How what waits has changed since the page was opened: a line, and its words. `asOfMs`: when `records` was asked. */
export function Trend({
  name,
  records,
  asOfMs,
}: {
  name: string
  records: number | null
  asOfMs: number
}) {
  useEffect(() => note(name, { atMs: asOfMs, records }), [name, records, asOfMs])
  const all = samplesOf(name)
  const [first] = all
  const last = all.at(-1)
  const words = trendWords(all)
  if (first === undefined || last === undefined || words === '') return null
  const most = Math.max(1, ...all.map((one) => one.records))
  const points = all.map(
    (one) =>
      `${(((one.atMs - first.atMs) / (last.atMs - first.atMs)) * width).toFixed(1)},${(height - 1 - (one.records / most) * (height - 2)).toFixed(1)}`,
  )
  return (
    <span className={styles.trend}>
      <svg width={width} height={height} aria-hidden focusable="false">
        <polyline points={points.join(' ')} />
      </svg>
      {words}
    </span>
  )
}
