// A list that goes with the caret of a field has roles; no element is one (ARIA: combobox).
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { Input } from '@fluentui/react-components'
import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from 'react'
import { type Completion, completions } from '../../../shared/domain/recipe/formulaCompletion.ts'
import styles from './FormulaInput.module.css'

/** A formula, with the columns and functions that may stand where the caret is: by writing on, or by the down key. */
export function FormulaInput({
  value,
  labels,
  onChange,
  ...field
}: {
  value: string
  labels: readonly string[]
  onChange: (value: string) => void
  /** What a field gives to its control. */
  id?: string
  'aria-labelledby'?: string
  'aria-describedby'?: string
}) {
  const list = useId()
  const place = useRef<HTMLDivElement>(null)
  const caretAt = useRef<number | null>(null)
  // Once React has written the new text, which moves the caret to its end; and before the next key, however fast somebody types.
  useLayoutEffect(() => {
    const caret = caretAt.current
    if (caret === null) return
    caretAt.current = null
    const control = place.current?.querySelector('input')
    control?.focus()
    control?.setSelectionRange(caret, caret)
  })
  const [offered, setOffered] = useState<readonly Completion[]>([])
  /** -1: none, so that Enter still sends the form. */
  const [active, setActive] = useState(-1)
  const offer = (found: readonly Completion[]) => {
    setOffered(found)
    setActive(-1)
  }
  const take = ({ formula, caret }: Completion) => {
    caretAt.current = caret
    onChange(formula)
    offer([])
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const { key, currentTarget } = event
    const taken = offered[active]
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault()
      if (offered.length === 0) {
        const asked = completions(value, currentTarget.selectionStart ?? 0, labels, true)
        setOffered(asked)
        return setActive(asked.length === 0 ? -1 : 0)
      }
      const by = key === 'ArrowDown' ? 1 : -1
      const first = active === -1 && by === -1 ? 0 : active
      return setActive((first + by + offered.length) % offered.length)
    }
    if (offered.length === 0) return
    if ((key === 'Enter' || key === 'Tab') && taken !== undefined) {
      event.preventDefault()
      take(taken)
    } else if (key === 'Escape') {
      // It closes the list, and not what the form stands in.
      event.stopPropagation()
      offer([])
    } else if (key === 'ArrowLeft' || key === 'ArrowRight') offer([])
  }
  return (
    <div ref={place} className={styles.place}>
      <Input
        {...field}
        className={styles.formula ?? ''}
        value={value}
        spellCheck={false}
        autoComplete="off"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={offered.length > 0}
        aria-controls={list}
        {...(active === -1 ? {} : { 'aria-activedescendant': `${list}-${active}` })}
        onKeyDown={onKeyDown}
        onBlur={() => offer([])}
        onChange={({ target }, { value: text }) => {
          onChange(text)
          offer(completions(text, target.selectionStart ?? text.length, labels))
        }}
      />
      <div
        id={list}
        role="listbox"
        aria-label="Columns and functions"
        hidden={offered.length === 0}
      >
        {offered.map((one, nth) => (
          // Its keys are those of the field.
          // oxlint-disable-next-line jsx-a11y/interactive-supports-focus
          <div
            key={one.words}
            id={`${list}-${nth}`}
            role="option"
            aria-selected={nth === active}
            // The input keeps the focus.
            onMouseDown={(event) => {
              event.preventDefault()
              take(one)
            }}
          >
            <code>{one.words}</code>
            <span>{one.about}</span>
          </div>
        ))}
      </div>
    </div>
  )
}
