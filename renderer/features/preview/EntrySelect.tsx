import { Field, Select } from '@fluentui/react-components'

/** Which file of an archive is read. */
export function EntrySelect({
  entries,
  entry,
  onChange,
}: {
  entries: readonly string[]
  entry: string
  onChange: (entry: string) => void
}) {
  return (
    <Field label="File in the archive" size="small">
      <Select size="small" value={entry} onChange={(_, { value }) => onChange(value)}>
        {entries.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </Select>
    </Field>
  )
}
