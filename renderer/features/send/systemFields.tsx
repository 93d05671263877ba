import { Field, Select } from '@fluentui/react-components'
import type { Connection } from '../../../shared/domain/connection.ts'
import { connectionsFor } from './destination.ts'

/** What a field says is wrong with it. */
export function complaint(message: string | undefined) {
  return message === undefined
    ? {}
    : { validationState: 'error' as const, validationMessage: message }
}

/** Which warehouse; nothing to choose where there is one. */
export function WarehouseField({
  connection,
  connections,
  onChange,
}: {
  connection: string
  connections: readonly Connection[]
  onChange: (connection: string) => void
}) {
  const names = connectionsFor('warehouse', connections).map(({ name }) => name)
  if (names.length === 1 && names.includes(connection)) return null
  return (
    <Field label="Warehouse">
      <Select value={connection} onChange={(_, { value }) => onChange(value)}>
        {!names.includes(connection) && <option value={connection}>{connection} (removed)</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
    </Field>
  )
}
