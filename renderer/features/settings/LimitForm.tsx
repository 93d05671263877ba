import { Button, Checkbox, Field, Input } from '@fluentui/react-components'
import { Add20Regular } from '@fluentui/react-icons/svg/add'
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type SubmitEvent } from 'react'
import {
  type UploadLimit,
  capAt,
  capText,
  limitText,
  megabitText,
} from '../../../shared/domain/limit.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient } from '../../core/core.tsx'
import { settingsQuery } from '../../core/queries.ts'
import { problemOf } from '../../core/problem.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { formatMinute } from '../../ui/times.ts'
import styles from './LimitForm.module.css'
import {
  type Complaints,
  type Period,
  limitOf,
  mostPeriods,
  periodsOf,
  rateOf,
  usualPeriod,
} from './periods.ts'

const followed = 'Saved. Uploads under way follow within a few seconds.'

/** When uploads leave room on the line, and how much they take then. */
export function LimitForm({ saved }: { saved: UploadLimit }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [on, setOn] = useState(() => periodsOf(saved).length > 0)
  const [periods, setPeriods] = useState(() => {
    const known = periodsOf(saved)
    return known.length === 0 ? [usualPeriod] : known
  })
  const [complaints, setComplaints] = useState<Complaints[]>([])
  const form = useRef<HTMLFormElement>(null)
  const save = useMutation({
    mutationFn: (uploadLimit: UploadLimit) => client.settings.save({ uploadLimit }),
    onSuccess: (settings) => {
      announce(followed)
      queryClient.setQueryData(settingsQuery(client).queryKey, settings)
    },
  })
  const change = (next: Period[]) => {
    setPeriods(next)
    setComplaints([])
    save.reset()
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const checked = limitOf(on ? periods : [])
    setComplaints(checked.ok ? [] : checked.complaints)
    if (checked.ok) save.mutate(checked.limit)
    else
      requestAnimationFrame(() =>
        form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
      )
  }
  return (
    <form ref={form} className={styles.form} noValidate onSubmit={submit}>
      <h2 className={styles.heading}>Leave room for the shop</h2>
      <p className={styles.about}>
        Uploads share the line with tills, card readers and phones. Hold them back while the shop
        needs it; at all other times they take what the line gives.
      </p>
      <Checkbox
        label="Hold uploads back at certain times"
        checked={on}
        onChange={(_, { checked }) => {
          setOn(checked === true)
          save.reset()
        }}
      />
      {on && (
        <>
          <ol className={styles.periods} aria-label="Times">
            {periods.map((period, index) => (
              <PeriodRow
                // A row has nothing of its own but its place.
                // oxlint-disable-next-line react/no-array-index-key
                key={index}
                number={index + 1}
                period={period}
                complaints={complaints[index] ?? {}}
                onChange={(next) => change(periods.with(index, next))}
                onRemove={
                  periods.length === 1
                    ? null
                    : () => {
                        change(periods.toSpliced(index, 1))
                        announce('Time removed.')
                      }
                }
              />
            ))}
          </ol>
          <div>
            <Button
              icon={<Add20Regular />}
              disabledFocusable={periods.length >= mostPeriods}
              onClick={() => change([...periods, { from: '', to: '', rate: '' }])}
            >
              Add another time
            </Button>
          </div>
          <p className={styles.units}>
            Times are those of this computer’s clock. 1 MiB/s is 1,024 KiB/s; providers count in
            Mbit/s, and a line of 10 Mbit/s carries about 1,220 KiB/s.
          </p>
        </>
      )}
      {save.isError && (
        <div role="alert">
          <ProblemNotice problem={problemOf(save.error)} />
        </div>
      )}
      <div className={styles.end}>
        <Button appearance="primary" type="submit" disabledFocusable={save.isPending}>
          Save
        </Button>
        <span className={styles.now}>
          {save.isSuccess ? `${followed} ` : ''}
          <Now limit={saved} />
        </span>
      </div>
    </form>
  )
}

function PeriodRow({
  number,
  period,
  complaints,
  onChange,
  onRemove,
}: {
  number: number
  period: Period
  complaints: Complaints
  onChange: (period: Period) => void
  onRemove: (() => void) | null
}) {
  const rate = rateOf(period.rate)
  // Hint and complaint take turns in one line, so that nothing below moves.
  const below = (field: keyof Period, hint: string) => {
    const message = complaints[field]
    return message === undefined
      ? { hint }
      : { validationState: 'error' as const, validationMessage: message }
  }
  return (
    <li className={styles.period} aria-label={`Time ${number}`}>
      <Field label="Between" {...below('from', '')}>
        <Input
          type="time"
          value={period.from}
          onChange={(_, { value }) => onChange({ ...period, from: value })}
        />
      </Field>
      <Field label="and" {...below('to', '')}>
        <Input
          type="time"
          value={period.to}
          onChange={(_, { value }) => onChange({ ...period, to: value })}
        />
      </Field>
      <Field
        label="send at most (KiB/s)"
        {...below('rate', rate === null ? '' : `= ${megabitText(rate)}`)}
      >
        <Input
          inputMode="decimal"
          value={period.rate}
          onChange={(_, { value }) => onChange({ ...period, rate: value })}
        />
      </Field>
      {onRemove !== null && (
        <Button
          className={styles.remove ?? ''}
          appearance="subtle"
          icon={<Dismiss20Regular />}
          aria-label={`Remove time ${number}`}
          onClick={onRemove}
        />
      )}
    </li>
  )
}

/** What holds at the moment, from the saved table. */
function Now({ limit }: { limit: UploadLimit }) {
  const [at, setAt] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setAt(new Date()), 5000)
    return () => clearInterval(timer)
  }, [])
  const cap = capAt(limit, at)
  if (limitText(limit) === 'off') return 'Now: uploads take what the line gives.'
  if (cap.bytesPerSecond !== null)
    return `Now: uploads are held to ${capText(cap.bytesPerSecond, cap.until)}.`
  const until = cap.until === null ? '' : `, until ${formatMinute(cap.until)}`
  return `Now: uploads take what the line gives${until}.`
}
