import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components'
import type { ReactNode } from 'react'
import type { ProblemData } from '../../shared/domain/problem.ts'
import styles from './ProblemNotice.module.css'
import { hrefOf } from './route.ts'

/** A problem as three sentences (what happened, what Pallet did, what to do); the code is folded away. */
export function ProblemNotice({
  problem,
  action,
  actions,
  intent = 'error',
}: {
  problem: ProblemData
  action?: { label: string; run: () => void }
  actions?: ReactNode
  intent?: 'error' | 'warning'
}) {
  // What nobody foresaw is told to send the log on.
  const isForTheLog = problem.code === 'internal'
  return (
    <MessageBar intent={intent} layout="multiline" className={styles.notice ?? ''}>
      <MessageBarBody>
        <MessageBarTitle>{problem.what}</MessageBarTitle>
        {problem.did !== '' && <p className={styles.line}>{problem.did}</p>}
        {problem.advice !== '' && <p className={styles.line}>{problem.advice}</p>}
        <details className={styles.detail}>
          <summary>Detail</summary>
          <code>{problem.detail === '' ? problem.code : `${problem.code}: ${problem.detail}`}</code>
        </details>
      </MessageBarBody>
      {(action !== undefined || actions !== undefined || isForTheLog) && (
        <MessageBarActions>
          {actions}
          {isForTheLog && (
            <Button size="small" as="a" href={hrefOf({ page: 'settings', log: true })}>
              Open log
            </Button>
          )}
          {action !== undefined && (
            <Button size="small" onClick={action.run}>
              {action.label}
            </Button>
          )}
        </MessageBarActions>
      )}
    </MessageBar>
  )
}
