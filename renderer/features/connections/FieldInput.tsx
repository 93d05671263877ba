import { Checkbox, Field as Labelled, Input, Select, Textarea } from '@fluentui/react-components'
import type { Field } from '../../../shared/systems/record.ts'
import { type AskOffered, OfferedField } from './OfferedField.tsx'

/** One field of a kind, as its record describes it. */
export function FieldInput({
  field,
  value,
  usual,
  complaint,
  secret,
  ask,
  onChange,
}: {
  field: Field
  value: string
  /** What stands for it when it is left empty. */
  usual: string
  complaint: string | undefined
  /** Null: it is none. */
  secret: {
    kept: boolean
    hint: string
    forgotten: boolean
    onForget: (yes: boolean) => void
  } | null
  ask: AskOffered
  onChange: (value: string) => void
}) {
  const mayBeEmpty =
    field.optional === true || field.default !== undefined || (secret?.kept ?? false)
  const hint = [field.help, secret?.hint].filter((part) => part !== undefined).join(' ')
  const placeholder =
    secret?.kept === true ? 'stored – leave empty to keep' : usual || (field.example ?? '')
  const shared = {
    value,
    placeholder,
    spellCheck: false,
    onChange: (_: unknown, { value: entered }: { value: string }) => onChange(entered),
  }
  if (field.input === 'yes-no')
    return (
      <Labelled hint={hint}>
        <Checkbox
          label={field.label}
          checked={(value || usual) === 'yes'}
          onChange={(_, { checked }) => onChange(checked === true ? 'yes' : 'no')}
        />
      </Labelled>
    )
  if (field.offered === true)
    return (
      <OfferedField
        {...{ field, value, placeholder, complaint, ask, onChange }}
        required={!mayBeEmpty}
      />
    )
  return (
    <>
      <Labelled
        label={field.label}
        required={!mayBeEmpty}
        {...(hint === '' ? {} : { hint })}
        {...(complaint === undefined
          ? {}
          : { validationState: 'error', validationMessage: complaint })}
      >
        {field.input === 'choice' ? (
          <Select value={value || usual} onChange={shared.onChange}>
            {(value || usual) === '' && <option value="">Choose …</option>}
            {Object.entries(field.choices).map(([choice, words]) => (
              <option key={choice} value={choice}>
                {words}
              </option>
            ))}
          </Select>
        ) : field.input === 'lines' ? (
          <Textarea {...shared} resize="vertical" autoComplete="off" />
        ) : (
          <Input
            {...shared}
            type={secret === null ? (field.input === 'number' ? 'number' : 'text') : 'password'}
            autoComplete={secret === null ? 'off' : 'new-password'}
          />
        )}
      </Labelled>
      {secret?.kept === true && field.optional === true && (
        <Checkbox
          label={`Forget the stored ${field.label.toLowerCase()}`}
          checked={secret.forgotten}
          onChange={(_, { checked }) => secret.onForget(checked === true)}
        />
      )}
    </>
  )
}
