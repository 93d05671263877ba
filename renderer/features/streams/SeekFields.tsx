import { Field, Input, Select } from '@fluentui/react-components'

/** Of all places in a topic that can be named, those that every form offers; a form may have more. */
const places = { begin: 'the beginning', time: 'a time', offset: 'an offset' } as const

/** A place in a topic as a form holds it. */
export interface Seek<More extends string> {
  place: More | keyof typeof places
  /** As the browser's field writes a time, by the clock of this computer. */
  at: string
  partition: string
  offset: string
}

export const seekAt = <More extends string>(place: Seek<More>['place']): Seek<More> => ({
  place,
  at: '',
  partition: '0',
  offset: '',
})

/** The fields that say where in a topic something begins. `more`: places of this form, in words. */
export function SeekFields<More extends string>({
  label,
  more,
  seek,
  partitions,
  onChange,
}: {
  label: string
  more: Readonly<Record<More, string>>
  seek: Seek<More>
  partitions: readonly { partition: number }[]
  onChange: (seek: Seek<More>) => void
}) {
  const words = { ...more, ...places }
  const isPlace = (value: string): value is Seek<More>['place'] => value in words
  return (
    <>
      <Field label={label}>
        <Select
          value={seek.place}
          onChange={(_, { value }) => {
            if (isPlace(value)) onChange({ ...seek, place: value })
          }}
        >
          {Object.entries(words).map(([name, said]) => (
            <option key={name} value={name}>
              {said}
            </option>
          ))}
        </Select>
      </Field>
      {seek.place === 'time' && (
        <Field label="Time of the first record">
          <Input
            type="datetime-local"
            value={seek.at}
            onChange={(_, { value }) => onChange({ ...seek, at: value })}
          />
        </Field>
      )}
      {seek.place === 'offset' && (
        <>
          <Field label="Partition">
            <Select
              value={seek.partition}
              onChange={(_, { value }) => onChange({ ...seek, partition: value })}
            >
              {partitions.map(({ partition }) => (
                <option key={partition}>{partition}</option>
              ))}
            </Select>
          </Field>
          <Field label="Offset">
            <Input
              type="number"
              min={0}
              value={seek.offset}
              onChange={(_, { value }) => onChange({ ...seek, offset: value })}
            />
          </Field>
        </>
      )}
    </>
  )
}

/** The place that was named: `begin`, a time (UTC, ISO 8601) or an offset; null: nothing yet, or it is one of the form's own. */
export function placeIn({
  place,
  at,
  partition,
  offset,
}: Seek<string>): string | { partition: number; offset: number } | null {
  if (place === 'begin') return place
  if (place === 'time') {
    const time = new Date(at)
    return Number.isNaN(time.getTime()) ? null : time.toISOString()
  }
  return place === 'offset' && /^\d{1,15}$/.test(offset)
    ? { partition: Number(partition), offset: Number(offset) }
    : null
}
