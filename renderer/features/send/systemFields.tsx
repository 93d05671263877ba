import { Field, Select } from '@fluentui/react-components'
import type { Connection } from '../../../shared/domain/connection.ts'
import { type CleanOn, elsewhereNames } from '../../../shared/domain/recipe/cleanOn.ts'
import type { WarehouseTarget } from '../../../shared/domain/datasets/dataset.ts'
import { cleanerOf, connectionsFor } from './destination.ts'

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

/** Who cleans the rows; nothing to choose where the warehouse cannot. */
export function CleanerField({
  warehouse: { connection, cleanOn },
  connections,
  wrong,
  onChange,
}: {
  warehouse: Pick<WarehouseTarget, 'connection' | 'cleanOn'>
  connections: readonly Connection[]
  wrong: string | undefined
  onChange: (cleanOn: CleanOn) => void
}) {
  const cleaner = cleanOn ?? cleanerOf(connection, connections)
  if (cleaner === null) return null
  const name = elsewhereNames[cleaner]
  return (
    <Field
      label="Rows are cleaned"
      hint={
        cleanOn === undefined
          ? `For a file that is too large for this computer, or where your company wants it so, ${name} can.`
          : `The rows are sent as they were read, and ${name} does what Pallet would do. There is no blob of them.`
      }
      {...complaint(wrong)}
    >
      <Select
        value={cleanOn ?? 'local'}
        onChange={(_, { value }) => onChange(value === cleaner ? cleaner : 'local')}
      >
        <option value="local">On this computer</option>
        <option value={cleaner}>In {name}</option>
      </Select>
    </Field>
  )
}
