import { type RefObject, useEffect, useRef } from 'react'
import type { Drawing, DrawingOption } from './echarts.ts'
import styles from './Insights.module.css'

/** A picture; its numbers stand beside it as a table, for those who do not see it. */
export function Chart({
  option,
  label,
  height,
  drawn,
  onPick,
}: {
  option: DrawingOption
  label: string
  /** In pixels. */
  height: number
  /** Gets the drawing, to be saved. */
  drawn: RefObject<Drawing | null>
  /** Somebody has clicked the nth of what it shows. */
  onPick?: ((nth: number) => void) | undefined
}) {
  const box = useRef<HTMLElement>(null)
  const current = useRef({ option, onPick })
  useEffect(() => {
    current.current = { option, onPick }
    const { current: chart } = drawn
    chart?.setOption(option, { notMerge: true })
    // Paper does not wait for the next frame.
    chart?.getZr().flush()
  }, [option, onPick, drawn])
  useEffect(() => {
    const left = new AbortController()
    void import('./echarts.ts').then(({ drawing }) => {
      if (left.signal.aborted || box.current === null) return
      const chart = drawing(box.current)
      drawn.current = chart
      chart.setOption(current.current.option)
      chart.on('click', ({ dataIndex }) => current.current.onPick?.(dataIndex))
      const sized = new ResizeObserver(() => chart.resize())
      sized.observe(box.current)
      left.signal.addEventListener('abort', () => {
        sized.disconnect()
        chart.dispose()
        drawn.current = null
      })
    })
    return () => left.abort()
  }, [drawn])
  return <figure ref={box} aria-label={label} className={styles.chart} style={{ height }} />
}
