import { Button, Field, Input, Select } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { weekdays } from '../../../shared/domain/arriving/expected.ts'
import { ownZone } from '../../../shared/domain/localTime.ts'
import { Schedule, nextTime } from '../../../shared/domain/arriving/schedule.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { schedulesQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { formatFull } from '../../ui/times.ts'
import styles from './FetchedLists.module.css'

const ways = {
  never: 'only when somebody says so',
  day: 'every day',
  weekday: 'every weekday',
  '1': 'every hour',
  '4': 'every 4 hours',
  cron: 'by a cron expression',
} as const
type Way = keyof typeof ways

/** When a dataset is fetched by itself. */
export function ScheduleForm({
  dataset,
  schedule,
  onDone,
}: {
  dataset: string
  schedule: Schedule | null
  onDone: () => void
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [way, setWay] = useState<Way>(wayOf(schedule))
  const [at, setAt] = useState(schedule?.when.kind === 'days' ? schedule.when.at : '06:00')
  const [cron, setCron] = useState(schedule?.when.kind === 'cron' ? schedule.when.expression : '')
  const [opened] = useState(() => new Date())
  const [missed, setMissed] = useState(schedule?.missed ?? 'once')
  const entered = Schedule.safeParse({
    when: whenOf(way, at, cron),
    zone: schedule?.zone ?? ownZone(),
    missed,
  })
  const chosen = way === 'never' ? null : entered.success ? entered.data : undefined
  const save = useMutation({
    mutationFn: (to: Schedule | null) => client.schedules.change({ dataset, schedule: to }),
    onSuccess: async () => {
      announce(`Saved when ${dataset} is fetched.`)
      await queryClient.invalidateQueries({ queryKey: schedulesQuery(client).queryKey })
      onDone()
    },
  })
  const next = chosen == null ? null : nextTime(chosen, opened)
  return (
    <form
      className={styles.form}
      aria-label={`When ${dataset} is fetched`}
      onSubmit={(event) => {
        event.preventDefault()
        if (chosen !== undefined) save.mutate(chosen)
      }}
    >
      <div className={styles.fields}>
        <Field label="Fetch it">
          <Select value={way} onChange={(_, { value }) => setWay(value as Way)}>
            {Object.entries(ways).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </Select>
        </Field>
        {(way === 'day' || way === 'weekday') && (
          <Field label="At">
            <Input type="time" value={at} onChange={(_, { value }) => setAt(value)} />
          </Field>
        )}
        {way === 'cron' && (
          <Field
            label="Cron expression"
            hint="minute hour day month weekday, such as */15 8-20 * * 1-6"
          >
            <Input value={cron} onChange={(_, { value }) => setCron(value)} />
          </Field>
        )}
        {way !== 'never' && (
          <Field label="Missed while Pallet was closed">
            <Select
              value={missed}
              onChange={(_, { value }) => setMissed(value === 'skip' ? 'skip' : 'once')}
            >
              <option value="once">is fetched once afterwards</option>
              <option value="skip">is left out</option>
            </Select>
          </Field>
        )}
      </div>
      {next !== null && (
        <p className={styles.quiet}>
          Next: {formatFull(next.toISOString())}, while Pallet is open; times are those of{' '}
          {chosen?.zone}.
        </p>
      )}
      <div className={styles.buttons}>
        <Button
          type="submit"
          appearance="primary"
          disabledFocusable={chosen === undefined || save.isPending}
        >
          Save
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
    </form>
  )
}

function wayOf(schedule: Schedule | null): Way {
  switch (schedule?.when.kind) {
    case undefined:
      return 'never'
    case 'days':
      return schedule?.when.kind === 'days' && schedule.when.days.length === 5 ? 'weekday' : 'day'
    case 'hours':
      return schedule?.when.kind === 'hours' && schedule.when.every === 4 ? '4' : '1'
    case 'cron':
      return 'cron'
  }
}

function whenOf(way: Way, at: string, expression: string): object | null {
  switch (way) {
    case 'never':
      return null
    case 'day':
    case 'weekday':
      return { kind: 'days', at, days: way === 'day' ? [...weekdays] : weekdays.slice(0, 5) }
    case '1':
    case '4':
      return { kind: 'hours', every: Number(way), minute: 0 }
    case 'cron':
      return { kind: 'cron', expression: expression.trim() }
  }
}
