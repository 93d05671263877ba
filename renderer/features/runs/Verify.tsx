import { Button, MessageBarBody } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import {
  type ComparedTotals,
  differenceOf,
  figuresOf,
} from '../../../shared/domain/runs/controlTotals.ts'
import type { Receipt } from '../../../shared/domain/runs/run.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { PlainBar } from '../../ui/PlainBar.tsx'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { formatWhen } from '../../ui/times.ts'
import tables from '../../ui/tables.module.css'
import styles from './Verify.module.css'

const intents = { 'as-sent': 'success', explained: 'info', different: 'error' } as const

/** What was sent beside what the warehouse had of it after the commit, or has now. */
export function Verify({ receipt }: { receipt: Receipt }) {
  const client = useClient()
  const verify = useMutation({
    mutationFn: () => client.runs.verify({ runId: receipt.runId }),
    onSuccess: ({ found }) => announce(found.join(' ')),
  })
  if (receipt.load === null) return null
  const now = verify.data
  const totals = now === undefined ? receipt.load.totals : now.totals
  return (
    <section className={styles.verify} aria-label="Verification">
      {verify.isError && (
        <ProblemNotice
          problem={problemOf(verify.error)}
          action={{ label: 'Close', run: () => verify.reset() }}
        />
      )}
      {now !== undefined && (
        <PlainBar intent={intents[now.state]} layout="multiline" className={styles.found ?? ''}>
          <MessageBarBody>
            {now.found.join(' ')} Asked {formatWhen(now.at)}.
          </MessageBarBody>
        </PlainBar>
      )}
      <div className={styles.row}>
        {totals === null ? <span /> : <Figures totals={totals} />}
        <Button size="small" disabledFocusable={verify.isPending} onClick={() => verify.mutate()}>
          {verify.isPending ? 'Asking the warehouse…' : 'Verify'}
        </Button>
      </div>
    </section>
  )
}

function Figures({ totals }: { totals: ComparedTotals }) {
  const figures = figuresOf(totals)
  return (
    <details className={styles.figures}>
      <summary>
        {plural(figures.length, 'figure')} compared with the warehouse
        {differenceOf(totals) === null
          ? ', all the same'
          : `, ${formatCount(figures.filter(({ isSame }) => !isSame).length)} of them not the same`}
      </summary>
      {/* What scrolls must be reachable with the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={tables.cells} tabIndex={0} aria-label="Figures">
        <table>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Figure</th>
              <th scope="col">Sent</th>
              <th scope="col">In the warehouse</th>
            </tr>
          </thead>
          <tbody>
            {figures.map(({ column, what, sent, there, isSame }) => (
              <tr key={`${column} ${what}`} className={isSame ? undefined : styles.other}>
                <td>{column}</td>
                <td>{what}</td>
                <td>{sent}</td>
                <td>
                  {there}
                  {!isSame && ' ≠'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
