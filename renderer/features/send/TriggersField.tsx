import { Button, Combobox, Field, Option, Select, Textarea } from '@fluentui/react-components'
import { Add16Regular } from '@fluentui/react-icons/svg/add'
import { ArrowUp16Regular } from '@fluentui/react-icons/svg/arrow-up'
import { Delete16Regular } from '@fluentui/react-icons/svg/delete'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Connection } from '../../../shared/domain/connection.ts'
import type { Place, TriggerTarget } from '../../../shared/domain/datasets/dataset.ts'
import { placeholderNames } from '../../../shared/domain/runs/template.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import type { SystemRecord } from '../../../shared/systems/record.ts'
import { useClient } from '../../core/core.tsx'
import { placesQuery } from '../../core/queries.ts'
import { problemOf } from '../../core/problem.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { TestResult } from '../connections/TestResult.tsx'
import { complaintOf, connectionsFor } from './destination.ts'
import { complaint } from './systemFields.tsx'
import styles from './TriggersField.module.css'

/** Who is told when the data has landed, one after the other; nothing where nobody can be. */
export function TriggersField({
  destination,
  connections,
  onChange,
}: {
  destination: Place
  connections: readonly Connection[]
  onChange: (triggers: TriggerTarget[]) => void
}) {
  const { triggers } = destination
  const here = connectionsFor('trigger', connections)
  if (here.length === 0 && triggers.length === 0) return null
  return (
    <fieldset className={styles.told}>
      <legend>When the data has landed, tell</legend>
      {triggers.length > 0 && (
        <ol className={styles.list}>
          {triggers.map((target, at) => (
            <li key={`${target.connection} ${nth(triggers, at)}`}>
              <TriggerFields
                target={target}
                connection={connections.find(({ name }) => name === target.connection)}
                wrong={complaintOf(at, destination, connections)}
                onChange={(changed) => onChange(triggers.with(at, changed))}
                onRemove={() => onChange(triggers.toSpliced(at, 1))}
                onEarlier={
                  at === 0
                    ? null
                    : () => onChange(triggers.toSpliced(at, 1).toSpliced(at - 1, 0, target))
                }
              />
            </li>
          ))}
        </ol>
      )}
      <div className={styles.add}>
        {here.map(({ name, settings }) => (
          <Button
            key={name}
            size="small"
            icon={<Add16Regular />}
            onClick={() => onChange([...triggers, added(name, settings.kind)])}
          >
            Tell {name}
          </Button>
        ))}
      </div>
    </fieldset>
  )
}

/** Who starts nothing is told as a favour: no run should fail for a message, unless that is chosen. */
function added(connection: string, kind: string): TriggerTarget {
  return kindNamed(kind)?.system.job === undefined
    ? { connection, onFailure: 'warn' }
    : { connection }
}

/** The how many-th of its connection it is: it keeps its fields when others are moved or changed. */
const nth = (triggers: readonly TriggerTarget[], at: number): number =>
  triggers.slice(0, at).filter(({ connection }) => connection === triggers[at]?.connection).length

function TriggerFields({
  target,
  connection,
  wrong,
  onChange,
  onRemove,
  onEarlier,
}: {
  target: TriggerTarget
  /** Undefined: it was removed. */
  connection: Connection | undefined
  wrong: string | null
  onChange: (changed: TriggerTarget) => void
  onRemove: () => void
  /** Null: it is the first. */
  onEarlier: (() => void) | null
}) {
  const { connection: name, when, onFailure, ...rest } = target
  const system = kindNamed(connection?.settings.kind ?? '')?.system
  return (
    <fieldset className={styles.fields} aria-label={`Telling ${name}`}>
      <div className={styles.head}>
        <span className={styles.name}>{connection === undefined ? `${name} (removed)` : name}</span>
        {onEarlier !== null && (
          <Button
            size="small"
            appearance="subtle"
            icon={<ArrowUp16Regular />}
            aria-label={`Tell ${name} earlier`}
            onClick={onEarlier}
          />
        )}
        <Button
          size="small"
          appearance="subtle"
          icon={<Delete16Regular />}
          aria-label={`Do not tell ${name}`}
          onClick={onRemove}
        />
      </div>
      {system?.job !== undefined && (
        <JobField
          target={target}
          asked={system.job}
          onChange={(job) => {
            const { job: _, ...others } = target
            onChange(job === '' ? others : { ...others, job })
          }}
        />
      )}
      <Field label={`When ${name} is told`} size="small">
        <Select
          size="small"
          value={when ?? 'always'}
          onChange={(_, { value }) =>
            onChange({
              connection: name,
              ...rest,
              ...(value === 'changed' && { when: value }),
              ...(onFailure && { onFailure }),
            })
          }
        >
          <option value="always">Always</option>
          <option value="changed">Only if rows changed</option>
        </Select>
      </Field>
      <Field label={`If it fails at ${name}`} size="small">
        <Select
          size="small"
          value={onFailure ?? 'fail'}
          onChange={(_, { value }) =>
            onChange({
              connection: name,
              ...rest,
              ...(when && { when }),
              ...(value === 'warn' && { onFailure: value }),
            })
          }
        >
          <option value="fail">The run fails</option>
          <option value="warn">The run succeeds, with a notice</option>
        </Select>
      </Field>
      {system?.parameters === true && (
        <ParametersField
          name={name}
          parameters={target.parameters}
          onChange={(parameters) => {
            const { parameters: _, ...others } = target
            onChange(Object.keys(parameters).length === 0 ? others : { ...others, parameters })
          }}
        />
      )}
      {wrong !== null && (
        <Field {...complaint(wrong)}>
          <span />
        </Field>
      )}
      <ToldTest key={JSON.stringify(target)} target={target} isWrong={wrong !== null} />
    </fieldset>
  )
}

/** Whether what is chosen could be started now; another choice is another test. */
function ToldTest({ target, isWrong }: { target: TriggerTarget; isWrong: boolean }) {
  const client = useClient()
  const test = useMutation({ mutationFn: () => client.connections.testTold(target) })
  const { connection } = target
  return (
    <div className={styles.test}>
      <Button
        size="small"
        aria-label={`Test telling ${connection}`}
        disabledFocusable={isWrong || test.isPending}
        onClick={() => test.mutate()}
      >
        {test.isPending ? 'Testing…' : 'Test'}
      </Button>
      <div aria-live="polite">
        {test.isSuccess && <TestResult of={connection} test={test.data} />}
        {test.isError && <ProblemNotice problem={problemOf(test.error)} />}
      </div>
    </div>
  )
}

/** What is started there: what the system lists can be chosen, anything can be typed. */
function JobField({
  target: { connection: name, job = '' },
  asked,
  onChange,
}: {
  target: TriggerTarget
  asked: NonNullable<SystemRecord['job']>
  onChange: (job: string) => void
}) {
  const places = useQuery(placesQuery(useClient(), name))
  const names = (places.data?.places?.names ?? []).filter((one) =>
    one.toLowerCase().includes(job.toLowerCase()),
  )
  const failed = places.data?.ok === false ? places.data.message : undefined
  return (
    <Field label={`${asked.label} of ${name}`} size="small" hint={failed ?? asked.help}>
      <Combobox
        freeform
        size="small"
        className={styles.combobox ?? ''}
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

/** What it is given, one a line; kept as it was typed while it is typed. */
function ParametersField({
  name,
  parameters = {},
  onChange,
}: {
  name: string
  parameters: TriggerTarget['parameters']
  onChange: (parameters: Record<string, string>) => void
}) {
  const [text, setText] = useState(() =>
    Object.entries(parameters)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n'),
  )
  return (
    <Field
      label={`Parameters for ${name}`}
      size="small"
      hint={`One a line, as day={date}. Filled in: ${placeholderNames.map((one) => `{${one}}`).join(' ')}.`}
    >
      <Textarea
        size="small"
        resize="vertical"
        value={text}
        spellCheck={false}
        placeholder="day={date}"
        onChange={(_, { value }) => {
          setText(value)
          onChange(parsed(value))
        }}
      />
    </Field>
  )
}

function parsed(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const [key = '', ...value] = line.split('=')
      return [key.trim(), value.join('=').trim()]
    }),
  )
}
