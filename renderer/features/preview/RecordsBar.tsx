import { Field, Select } from '@fluentui/react-components'

/** Which list of a document is read, where it has several. */
export function RecordsBar({
  path,
  lists,
  onChange,
}: {
  path: readonly string[]
  lists: readonly (readonly string[])[]
  onChange: (path: string[]) => void
}) {
  const nameOf = (names: readonly string[]): string => names.join('.')
  if (lists.length < 2) return null
  return (
    <Field label="List of records" size="small">
      <Select
        size="small"
        value={nameOf(path)}
        onChange={(_, { value }) => {
          const list = lists.find((names) => nameOf(names) === value)
          if (list !== undefined) onChange([...list])
        }}
      >
        {lists.map((names) => (
          <option key={nameOf(names)}>{nameOf(names)}</option>
        ))}
      </Select>
    </Field>
  )
}
