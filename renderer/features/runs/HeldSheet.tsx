// A sheet is a table whose cells take the keyboard; the tag alone does not say so.
/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { FixableRow, HeldPage } from '../../../shared/domain/fixing/fixing.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import styles from './HeldSheet.module.css'
import {
  type Place,
  type Selection,
  copied,
  filled,
  filledDown,
  isChosen,
  isEditable,
  moved,
  pasted,
} from './sheet.ts'

export type Put = readonly (Place & { value: string })[]

/** Held-back rows, edited like a sheet: arrows, Enter, F2, Tab, Escape, Delete, copy, paste, fill down, undo. */
export function HeldSheet({
  rows,
  columns,
  selection,
  onSelect,
  onPut,
  onUndo,
}: {
  rows: readonly FixableRow[]
  columns: HeldPage['columns']
  selection: Selection
  onSelect: (selection: Selection) => void
  onPut: (cells: Put) => void
  onUndo: () => void
}) {
  const [typed, setTyped] = useState<string | null>(null)
  const table = useRef<HTMLTableElement>(null)
  const takesFocus = useRef(false)
  const { active } = selection
  useEffect(() => {
    if (!takesFocus.current || typed !== null) return
    takesFocus.current = false
    table.current?.querySelector<HTMLElement>('[data-active]')?.focus()
  })

  const size = { rows: rows.length, columns: columns.length }
  const current = rows[active.row]
  const go = (to: Place, extend: boolean): void => {
    takesFocus.current = true
    onSelect({ active: to, anchor: extend ? selection.anchor : to })
  }
  const begin = (text: string): void => {
    if (current !== undefined && isEditable(current)) setTyped(text)
  }
  const commit = (text: string, next: Place): void => {
    setTyped(null)
    if (text !== (current?.cells[active.column] ?? '')) onPut([{ ...active, value: text }])
    go(next, false)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (typed !== null) return
    const { key, shiftKey, altKey } = event
    const isCommand = event.ctrlKey || event.metaKey
    const to = isCommand || altKey ? null : moved(active, key, size)
    if (to !== null) go(to, shiftKey)
    else if (isCommand && key === 'd') onPut(filledDown(rows, selection))
    else if (isCommand && key === 'z') onUndo()
    else if (isCommand || altKey) return
    else if (key === 'Enter' || key === 'F2') begin(current?.cells[active.column] ?? '')
    else if (key === 'Delete' || key === 'Backspace') onPut(filled(selection, ''))
    else if (key.length === 1) begin(key)
    else return
    event.preventDefault()
  }
  return (
    <div className={styles.frame}>
      <table
        ref={table}
        role="grid"
        aria-label="Held-back rows"
        aria-multiselectable
        className={styles.sheet}
        onKeyDown={onKeyDown}
        onCopy={(event) => {
          if (typed !== null) return
          event.clipboardData.setData('text/plain', copied(rows, selection))
          event.preventDefault()
        }}
        onPaste={(event) => {
          if (typed !== null) return
          onPut(pasted(selection, event.clipboardData.getData('text/plain')))
          event.preventDefault()
        }}
      >
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">What is wrong</th>
            {columns.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={row.record} className={row.state === 'dropped' ? styles.dropped : undefined}>
              <th scope="row" className={styles.line}>
                {formatCount(row.line)}
              </th>
              <td className={styles.why}>{whyOf(row)}</td>
              {columns.map(({ label, name }, column) => {
                const place = { row: at, column }
                const isActive = active.row === at && active.column === column
                const fault = faultOf(row, name, column === columns.length - 1 && name === '')
                return (
                  <td
                    key={label}
                    className={styles.cell}
                    data-active={isActive || undefined}
                    data-fault={fault !== '' || undefined}
                    title={fault}
                    aria-selected={isChosen(selection, place)}
                    aria-invalid={fault !== ''}
                    tabIndex={isActive ? 0 : -1}
                    onMouseDown={(event) => {
                      if (isActive && typed !== null) return
                      go(place, event.shiftKey)
                    }}
                    onDoubleClick={() => begin(row.cells[column] ?? '')}
                  >
                    {isActive && typed !== null ? (
                      <Editor
                        label={`${label}, line ${row.line}`}
                        text={typed}
                        onText={setTyped}
                        onDone={(key, isBack) => {
                          const next =
                            key === 'Tab'
                              ? moved(active, isBack ? 'ArrowLeft' : 'ArrowRight', size)
                              : key === 'Enter'
                                ? moved(active, 'ArrowDown', size)
                                : active
                          commit(typed, next ?? active)
                        }}
                        onCancel={() => {
                          takesFocus.current = true
                          setTyped(null)
                        }}
                      />
                    ) : (
                      (row.cells[column] ?? '')
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Editor({
  label,
  text,
  onText,
  onDone,
  onCancel,
}: {
  label: string
  text: string
  onText: (text: string) => void
  onDone: (key: string, isBack: boolean) => void
  onCancel: () => void
}) {
  const input = useRef<HTMLInputElement>(null)
  // It goes by a key once; that its focus is gone then is no second end.
  const isOver = useRef(false)
  useEffect(() => input.current?.focus(), [])
  const end = (work: () => void): void => {
    if (isOver.current) return
    isOver.current = true
    work()
  }
  return (
    <input
      ref={input}
      className={styles.editor}
      aria-label={label}
      value={text}
      onChange={(event) => onText(event.target.value)}
      onBlur={() => end(() => onDone('', false))}
      onKeyDown={(event) => {
        if (event.key === 'Escape') end(onCancel)
        else if (event.key === 'Enter' || event.key === 'Tab')
          end(() => onDone(event.key, event.shiftKey))
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    />
  )
}

/** What is wrong with a cell of a column, or with cells beyond the last one. */
function faultOf({ problems }: FixableRow, name: string, isBeyond: boolean): string {
  const own = (problems ?? []).filter(
    ({ column, code }) => (name !== '' && column === name) || (isBeyond && code === 'extra-cell'),
  )
  return own.map(({ message }) => message).join(' ')
}

function whyOf({ state, problems, dropped, sentBy, isCut }: FixableRow): string {
  switch (state) {
    case 'dropped':
      return `Dropped: ${dropped}`
    case 'sent':
      return `On its way with run ${sentBy}.`
    case 'delivered':
      return `Delivered by run ${sentBy}.`
    case 'edited':
      if (problems === null) return 'Being checked …'
      if (problems.length === 0) return 'Ready to be sent.'
      break
    case 'held':
  }
  const why = (problems ?? []).map(({ message }) => message).join(' ')
  return isCut ? `${why} It is too long to be edited here.` : why
}
