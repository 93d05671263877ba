import { Button, Checkbox, Input } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type Alert,
  type AlertInput,
  QuietHours,
  alertKinds,
  alertTrouble,
  alertWords,
} from '../../../shared/domain/alert.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { alertsQuery, connectionsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { hrefOf } from '../../ui/route.ts'
import styles from './AlertsForm.module.css'
import formStyles from './LimitForm.module.css'

/** Which connections are told when something needs a person, and of what; every change holds at once. */
export function AlertsForm() {
  const client = useClient()
  const alerts = useQuery(alertsQuery(client))
  const connections = useQuery(connectionsQuery(client))
  const failed = alerts.error ?? connections.error
  const names = [
    ...(connections.data ?? [])
      .filter(({ settings }) => kindNamed(settings.kind)?.system.canBe.includes('alert') === true)
      .map(({ name }) => name),
    ...(alerts.data ?? []).map(({ connection }) => connection),
  ]
  return (
    <section className={formStyles.form} aria-labelledby="alert-settings">
      <h2 id="alert-settings" className={formStyles.heading}>
        Who is told when something needs a person
      </h2>
      <p className={formStyles.about}>
        Everything is told once, with what to do; what comes within a minute is one message. While
        Pallet is closed, nobody is told.
      </p>
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
      {alerts.data !== undefined && connections.data !== undefined && names.length === 0 && (
        <p className={formStyles.about}>
          No connection takes messages yet.{' '}
          <a className={styles.link} href={hrefOf({ page: 'connections', open: null })}>
            Add one
          </a>{' '}
          to e-mail, Teams, Slack or a webhook.
        </p>
      )}
      {alerts.data !== undefined &&
        [...new Set(names)].map((name) => (
          <Told
            key={name}
            name={name}
            alert={alerts.data.find(({ connection }) => connection === name)}
          />
        ))}
    </section>
  )
}

function Told({ name, alert }: { name: string; alert: Alert | undefined }) {
  const client = useClient()
  const queryClient = useQueryClient()
  /** As it was last chosen, until that is kept: a box shows at once what was done with it. */
  const [chosen, setChosen] = useState<Pick<AlertInput, 'kinds' | 'quiet'> | null>(null)
  const save = useMutation({
    // One change after the other: each says all that it is told of.
    scope: { id: `alert ${name}` },
    mutationFn: ({ kinds, quiet }: Pick<AlertInput, 'kinds' | 'quiet'>) =>
      kinds.length === 0
        ? client.alerts.remove({ connection: name })
        : client.alerts.save({ connection: name, kinds, quiet }),
    onSuccess: async () => {
      announce('Saved.')
      await queryClient.invalidateQueries({ queryKey: alertsQuery(client).queryKey })
    },
    onSettled: (_answer, _error, sent) => setChosen((latest) => (latest === sent ? null : latest)),
  })
  const test = useMutation({
    mutationFn: () => client.connections.test({ name }),
    onSuccess: ({ message }) => announce(message),
  })
  const { kinds, quiet } = chosen ?? alert ?? { kinds: [], quiet: null }
  const choose = (change: Partial<Pick<AlertInput, 'kinds' | 'quiet'>>): void => {
    const next = { kinds, quiet, ...change }
    setChosen(next)
    save.mutate(next)
  }
  const failed = save.error ?? test.error
  return (
    <fieldset className={styles.told}>
      <legend className={styles.name}>{name}</legend>
      {alertKinds.map((kind) => (
        <Checkbox
          key={kind}
          label={alertWords[kind]}
          checked={kinds.includes(kind)}
          onChange={() =>
            choose({ kinds: alertKinds.filter((one) => kinds.includes(one) !== (one === kind)) })
          }
        />
      ))}
      {kinds.length > 0 && (
        <QuietForm name={name} quiet={quiet} onChange={(next) => choose({ quiet: next })} />
      )}
      {alert != null && alert.trouble !== null && (
        <p className={styles.trouble}>{alertTrouble(alert)}</p>
      )}
      <div className={formStyles.end}>
        <Button
          aria-label={`Send a test message: ${name}`}
          disabledFocusable={test.isPending}
          onClick={() => test.mutate()}
        >
          Send a test message
        </Button>
        <span className={formStyles.now}>
          {test.isPending ? 'Sending …' : (test.data?.message ?? '')}
        </span>
      </div>
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
    </fieldset>
  )
}

/** Between which hours messages wait; usual ones are proposed to whoever wants some. */
function QuietForm({
  name,
  quiet,
  onChange,
}: {
  name: string
  quiet: QuietHours | null
  onChange: (quiet: QuietHours | null) => void
}) {
  const change = (part: Partial<QuietHours>): void => {
    const next = QuietHours.safeParse({ ...quiet, ...part })
    // A field that is half typed says nothing yet.
    if (next.success && next.data.from !== next.data.until) onChange(next.data)
  }
  return (
    <div className={styles.quiet}>
      <Checkbox
        label="Messages wait at quiet hours"
        checked={quiet !== null}
        onChange={() => onChange(quiet === null ? { from: '20:00', until: '07:00' } : null)}
      />
      {quiet !== null &&
        (['from', 'until'] as const).map((end) => (
          <Input
            key={`${end} ${quiet[end]}`}
            type="time"
            size="small"
            aria-label={`Quiet ${end}: ${name}`}
            contentBefore={end}
            defaultValue={quiet[end]}
            onBlur={(event) => {
              if (event.target.value !== quiet[end]) change({ [end]: event.target.value })
            }}
          />
        ))}
    </div>
  )
}
