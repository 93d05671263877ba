import { Combobox, Field as Labelled, Option } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { Offered } from '../../../shared/domain/connection.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import type { Field } from '../../../shared/systems/record.ts'
import { problemOf } from '../../core/problem.ts'
import styles from './OfferedField.module.css'

/** More are not drawn at once; typing narrows them down. */
const mostShown = 100

/** Asks what could stand in a field. A text: why it cannot be asked. */
export type AskOffered = (signal: AbortSignal) => Promise<Offered> | string

/** A field whose names the system lists; anything can be typed. It is asked whenever the list is opened, for it hangs on the other fields. */
export function OfferedField({
  field,
  value,
  placeholder,
  required,
  complaint,
  ask,
  onChange,
}: {
  field: Field
  value: string
  placeholder: string
  required: boolean
  complaint: string | undefined
  ask: AskOffered
  onChange: (value: string) => void
}) {
  const asking = useRef(new AbortController())
  useEffect(() => () => asking.current.abort(), [])
  const [cannot, setCannot] = useState('')
  /** Whether the text was typed, and so narrows the list down; one that was chosen before does not. */
  const [typed, setTyped] = useState(false)
  const offered = useMutation({ mutationFn: (answer: Promise<Offered>) => answer })
  const open = () => {
    asking.current.abort()
    asking.current = new AbortController()
    setTyped(false)
    const answer = ask(asking.current.signal)
    setCannot(typeof answer === 'string' ? answer : '')
    if (typeof answer === 'string') offered.reset()
    else offered.mutate(answer)
  }
  const sought = typed ? value.trim().toLowerCase() : ''
  const fitting = (offered.data?.names ?? []).filter(({ name, note }) =>
    `${name} ${note}`.toLowerCase().includes(sought),
  )
  const failed = offered.isError ? problemOf(offered.error) : null
  const warning =
    complaint === undefined
      ? failed === null
        ? cannot
        : [failed.what, failed.advice].filter(Boolean).join(' ')
      : ''
  const hint = [field.help, offered.data?.besides].filter(Boolean).join(' ')
  const quiet = offered.isPending
    ? 'Asking …'
    : fitting.length > mostShown
      ? `and ${formatCount(fitting.length - mostShown)} more: type a part of the name`
      : fitting.length === 0
        ? 'Nothing to choose'
        : ''
  return (
    <Labelled
      label={field.label}
      required={required}
      {...(hint === '' ? {} : { hint })}
      {...(complaint === undefined
        ? warning === ''
          ? {}
          : { validationState: 'warning', validationMessage: warning }
        : { validationState: 'error', validationMessage: complaint })}
    >
      <Combobox
        freeform
        // In the dialog, for whoever hears it read.
        inlinePopup
        value={value}
        placeholder={placeholder}
        selectedOptions={value === '' ? [] : [value]}
        spellCheck={false}
        autoComplete="off"
        onOpenChange={(_, { open: isOpen }) => isOpen && open()}
        onChange={({ target }) => {
          setTyped(true)
          onChange(target.value)
        }}
        onOptionSelect={(_, { optionValue }) => {
          if (optionValue !== undefined) onChange(optionValue)
        }}
      >
        {fitting.slice(0, mostShown).map(({ name, note }) => (
          <Option key={name} value={name} text={name}>
            <span>{name}</span>
            {note !== '' && <span className={styles.note}>{note}</span>}
          </Option>
        ))}
        {quiet !== '' && (
          <Option key="" value="" text={quiet} disabled>
            {quiet}
          </Option>
        )}
      </Combobox>
    </Labelled>
  )
}
