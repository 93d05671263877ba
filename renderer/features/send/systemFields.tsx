import { Checkbox, Field, Select } from '@fluentui/react-components'
import type { Connection } from '../../../shared/domain/connection.ts'
import type { TriggerTarget } from '../../../shared/domain/dataset.ts'
import { connectionsFor } from './destination.ts'
import styles from './SendPanel.module.css'

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

/** Who is told when the data has landed; nothing to choose where nobody can be. */
export function TriggersField({
  triggers,
  connections,
  onChange,
}: {
  triggers: readonly TriggerTarget[]
  connections: readonly Connection[]
  onChange: (triggers: TriggerTarget[]) => void
}) {
  const chosen = triggers.map(({ connection }) => connection)
  const here = connectionsFor('trigger', connections).map(({ name }) => name)
  const names = [...here, ...chosen.filter((name) => !here.includes(name))]
  if (names.length === 0) return null
  return (
    <fieldset className={styles.told}>
      <legend>When the data has landed, tell</legend>
      {names.map((name) => (
        <Checkbox
          key={name}
          label={here.includes(name) ? name : `${name} (removed)`}
          checked={chosen.includes(name)}
          onChange={(_, { checked }) =>
            onChange(
              names
                .filter((other) => (other === name ? checked === true : chosen.includes(other)))
                .map((connection) => ({ connection })),
            )
          }
        />
      ))}
    </fieldset>
  )
}
