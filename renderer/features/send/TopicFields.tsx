import { Dropdown, Field, Input, Option, Select } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { TopicTarget } from '../../../shared/domain/streams/topic.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { topicsQuery } from '../../core/queries.ts'
import { complaint } from './systemFields.tsx'

/** The topic that the rows go to, what their keys are, and how fast. */
export function TopicFields({
  target,
  columns,
  wrong,
  onChange,
}: {
  target: TopicTarget
  columns: readonly Column[]
  wrong: string | undefined
  onChange: (target: TopicTarget) => void
}) {
  // Which there are is asked once; how far they are landed is not looked at here.
  const topics = useQuery({
    ...topicsQuery(useClient(), target.connection),
    refetchInterval: false as const,
  })
  const names = topics.data?.map(({ name }) => name) ?? []
  return (
    <>
      <Field
        label="Topic"
        {...(topics.isPending ? { hint: `Asking ${target.connection} …` } : {})}
        {...complaint(topics.isError ? problemOf(topics.error).what : wrong)}
      >
        <Select
          value={target.topic}
          onChange={(_, { value }) => onChange({ ...target, topic: value })}
        >
          {!names.includes(target.topic) && <option>{target.topic}</option>}
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </Field>
      <Field
        label="Key of a message"
        hint="Messages of one key keep their order. None chosen: they have no key."
      >
        <Dropdown
          multiselect
          value={target.key.join(', ')}
          selectedOptions={[...target.key]}
          onOptionSelect={(_, { selectedOptions }) => onChange({ ...target, key: selectedOptions })}
        >
          {columns.map(({ name, label }) => (
            <Option key={name} value={name} text={label}>
              {label}
            </Option>
          ))}
        </Dropdown>
      </Field>
      <Field label="Messages a second" hint="At most. Empty: as fast as the brokers take them.">
        <Input
          type="number"
          min={1}
          max={1_000_000}
          value={target.perSecond === undefined ? '' : String(target.perSecond)}
          onChange={(_, { value }) => {
            const { perSecond: _before, ...rest } = target
            const rate = Math.min(Number(value), 1_000_000)
            onChange(rate > 0 ? { ...rest, perSecond: rate } : rest)
          }}
        />
      </Field>
    </>
  )
}
