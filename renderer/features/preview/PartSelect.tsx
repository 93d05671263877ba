import { Field, Select } from '@fluentui/react-components'
import type { Parts } from '../../../shared/domain/files/preview.ts'

const labels: Readonly<Record<Parts['of'], string>> = {
  entry: 'File in the archive',
  list: 'List of records',
  sheet: 'Sheet',
  table: 'Table',
}

/** Which of several tables of a file is read. */
export function PartSelect({
  parts: { of, choices, taken },
  onChange,
}: {
  parts: Parts
  onChange: (choice: Parts['choices'][number]) => void
}) {
  return (
    <Field label={labels[of]} size="small">
      <Select
        size="small"
        value={choices[taken]?.name ?? ''}
        onChange={(_, { value }) => {
          const choice = choices.find(({ name }) => name === value)
          if (choice !== undefined) onChange(choice)
        }}
      >
        {choices.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </Select>
    </Field>
  )
}
