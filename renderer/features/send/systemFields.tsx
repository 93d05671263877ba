import { Checkbox, Combobox, Field, Option, Select } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Fragment } from 'react'
import type { Connection } from '../../../shared/domain/connection.ts'
import type { TriggerTarget } from '../../../shared/domain/dataset.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import { useClient } from '../../core/core.tsx'
import { placesQuery } from '../../core/queries.ts'
import { connectionsFor, wrongTrigger } from './destination.ts'
import styles from './SendPanel.module.css'

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
  const told = (name: string) => triggers.find(({ connection }) => connection === name)
  return (
    <fieldset className={styles.told}>
      <legend>When the data has landed, tell</legend>
      {names.map((name) => {
        const target = told(name)
        return (
          <Fragment key={name}>
            <Checkbox
              label={here.includes(name) ? name : `${name} (removed)`}
              checked={target !== undefined}
              onChange={(_, { checked }) =>
                onChange(
                  names.flatMap((other) =>
                    other === name && target === undefined && checked === true
                      ? { connection: name }
                      : other === name && checked !== true
                        ? []
                        : (told(other) ?? []),
                  ),
                )
              }
            />
            {target !== undefined && (
              <JobField
                target={target}
                connections={connections}
                onChange={(job) =>
                  onChange(
                    triggers.map((other) =>
                      other === target
                        ? { connection: name, ...(job === '' ? {} : { job }) }
                        : other,
                    ),
                  )
                }
              />
            )}
          </Fragment>
        )
      })}
    </fieldset>
  )
}

/** What is started there, where it has several: what the system lists can be chosen, anything can be typed. */
function JobField({
  target,
  connections,
  onChange,
}: {
  target: TriggerTarget
  connections: readonly Connection[]
  onChange: (job: string) => void
}) {
  const { connection: name, job = '' } = target
  const connection = connections.find((one) => one.name === name)
  const asked = kindNamed(connection?.settings.kind ?? '')?.system.job
  const places = useQuery({
    ...placesQuery(useClient(), name),
    enabled: asked !== undefined,
  })
  if (asked === undefined) return null
  const names = (places.data?.places?.names ?? []).filter((one) =>
    one.toLowerCase().includes(job.toLowerCase()),
  )
  const failed = places.data?.ok === false ? places.data.message : undefined
  return (
    <Field
      label={`${asked.label} of ${name}`}
      hint={failed ?? asked.help}
      {...complaint(wrongTrigger(target, connections) ?? undefined)}
    >
      <Combobox
        freeform
        value={job}
        selectedOptions={job === '' ? [] : [job]}
        spellCheck={false}
        onChange={({ target: { value } }) => onChange(value.trim())}
        onOptionSelect={(_, { optionValue }) => {
          if (optionValue !== undefined) onChange(optionValue)
        }}
      >
        {names.map((one) => (
          <Option key={one}>{one}</Option>
        ))}
      </Combobox>
    </Field>
  )
}
