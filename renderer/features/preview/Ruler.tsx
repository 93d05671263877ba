import { Button } from '@fluentui/react-components'
import { type PointerEvent, useRef, useState } from 'react'
import type { FixedColumn } from '../../../shared/domain/files/reading.ts'
import { added, columnsAt, moved, widestMiddle } from './borders.ts'
import styles from './Ruler.module.css'

/** No line is shown further. */
const charactersShown = 1000

/** Where the columns of a text of fixed width begin, drawn over its first lines: borders to move, add and take out. */
export function Ruler({
  columns,
  lines,
  onChange,
}: {
  columns: readonly FixedColumn[]
  lines: readonly string[]
  onChange: (columns: FixedColumn[]) => void
}) {
  const starts = columns.map(({ from }) => from)
  const length = Math.max(1, ...lines.map((line) => Array.from(line).length))
  const page = useRef<HTMLDivElement>(null)
  const [dragged, setDragged] = useState<{ index: number; at: number } | null>(null)
  const shown = dragged === null ? starts : moved(starts, dragged.index, dragged.at)
  const take = (next: readonly number[]) => {
    if (next.join() !== starts.join()) onChange(columnsAt(next, lines))
  }
  /** The character under the pointer, from 1. */
  const characterAt = (event: { clientX: number }): number => {
    const box = page.current?.getBoundingClientRect()
    if (box === undefined) return 1
    return (
      Math.round(((event.clientX - box.left) / box.width) * Math.min(length, charactersShown)) + 1
    )
  }
  const drop = (event: PointerEvent) => {
    if (dragged !== null) take(moved(starts, dragged.index, characterAt(event)))
    setDragged(null)
  }
  return (
    <fieldset className={styles.ruler} aria-label="Where the columns begin">
      <div className={styles.scroll}>
        <div
          className={styles.page}
          ref={page}
          style={{ width: `${Math.min(length, charactersShown)}ch` }}
        >
          {/* With the keyboard, the button below adds one. */}
          <div
            className={styles.scale}
            aria-hidden="true"
            title="Click to add a border"
            onClick={(event) => take(added(starts, characterAt(event)))}
          >
            {Array.from({ length: Math.ceil(Math.min(length, charactersShown) / 10) }, (_, ten) => (
              <span key={ten} style={{ left: `${ten * 10}ch` }}>
                {ten * 10 + 1}
              </span>
            ))}
          </div>
          <pre className={styles.lines}>
            {lines.map((line) => Array.from(line).slice(0, charactersShown).join('')).join('\n')}
          </pre>
          {shown.map((start, index) =>
            index === 0 ? null : (
              <div
                // A border that moves stays the same one, with the focus on it.
                // oxlint-disable-next-line react/no-array-index-key
                key={index}
                className={styles.border}
                style={{ left: `${start - 1}ch` }}
                // A range input cannot lie over the text at the character that it stands for.
                // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
                role="slider"
                tabIndex={0}
                aria-label={`Column ${index + 1} begins at character`}
                aria-orientation="horizontal"
                aria-valuemin={(shown[index - 1] ?? 0) + 1}
                aria-valuemax={(shown[index + 1] ?? length + 1) - 1}
                aria-valuenow={start}
                onPointerDown={(event) => {
                  event.currentTarget.setPointerCapture(event.pointerId)
                  setDragged({ index, at: start })
                }}
                onPointerMove={(event) => {
                  if (dragged !== null) setDragged({ index, at: characterAt(event) })
                }}
                onPointerUp={drop}
                onPointerCancel={() => setDragged(null)}
                onDoubleClick={() => take(starts.filter((one) => one !== start))}
                onKeyDown={(event) => {
                  const steps: Partial<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 }
                  const step = steps[event.key]
                  if (step !== undefined) take(moved(starts, index, start + step))
                  else if (event.key === 'Delete' || event.key === 'Backspace')
                    take(starts.filter((one) => one !== start))
                  else return
                  event.preventDefault()
                }}
              />
            ),
          )}
        </div>
      </div>
      <div className={styles.below}>
        <Button size="small" onClick={() => take(added(starts, widestMiddle(starts, length)))}>
          Add a border
        </Button>
        <span>
          Drag a border, or move it with the arrow keys. Delete or a double click takes it out.
        </span>
      </div>
    </fieldset>
  )
}
