import { ArrowSyncCircle20Filled } from '@fluentui/react-icons/svg/arrow-sync-circle'
import { CheckmarkCircle20Filled } from '@fluentui/react-icons/svg/checkmark-circle'
import { Clock20Filled } from '@fluentui/react-icons/svg/clock'
import { DismissCircle20Filled } from '@fluentui/react-icons/svg/dismiss-circle'
import { PauseCircle20Filled } from '@fluentui/react-icons/svg/pause-circle'
import { Prohibited20Filled } from '@fluentui/react-icons/svg/prohibited'
import { Circle20Regular } from '@fluentui/react-icons/svg/circle'
import { SubtractCircle20Regular } from '@fluentui/react-icons/svg/subtract-circle'
import { Warning20Filled } from '@fluentui/react-icons/svg/warning'
import type { ReactElement } from 'react'
import {
  hasFailedTold,
  isHeldUp,
  type Run,
  type RunState,
  type StepState,
} from '../../../shared/domain/runs/run.ts'
import styles from './StateMark.module.css'
import { hasLostBlob, runWord } from './stateWords.ts'

/** A run's state: a shape, a colour and a word, so that no one of them is needed. */
export function RunStateMark({ run }: { run: Run }) {
  return (
    <span className={styles.mark}>
      {iconOf(run)}
      <span>{runWord(run)}</span>
    </span>
  )
}

/** Green is for what came whole; what lacks rows, or somebody who was to be told, is delivered, but not done with. */
function iconOf(run: Run): ReactElement {
  const { state, undoneAt, account } = run
  if (undoneAt !== null) return open
  if (isHeldUp(run)) return waiting
  if (hasLostBlob(run)) return partly
  const isPartly = (account.quarantined ?? 0) > 0 || hasFailedTold(run)
  return state === 'succeeded' && isPartly ? partly : runIcons[state]
}

export function StepStateIcon({ state }: { state: StepState }) {
  return stepIcons[state]
}

export const stepStateWords: Record<StepState, string> = {
  pending: 'to come',
  running: 'under way',
  done: 'done',
  skipped: 'skipped',
  failed: 'failed',
  waiting: 'waiting',
}

const good = <CheckmarkCircle20Filled className={styles.good ?? ''} aria-hidden />
const partly = <Warning20Filled className={styles.waiting ?? ''} aria-hidden />
const bad = <DismissCircle20Filled className={styles.bad ?? ''} aria-hidden />
const going = <ArrowSyncCircle20Filled className={styles.going ?? ''} aria-hidden />
const waiting = <Clock20Filled className={styles.waiting ?? ''} aria-hidden />
const open = <Circle20Regular className={styles.quiet ?? ''} aria-hidden />

const runIcons: Record<RunState, ReactElement> = {
  queued: open,
  running: going,
  waiting,
  paused: <PauseCircle20Filled className={styles.quiet ?? ''} aria-hidden />,
  succeeded: good,
  failed: bad,
  stopped: <Prohibited20Filled className={styles.bad ?? ''} aria-hidden />,
  cancelled: <SubtractCircle20Regular className={styles.quiet ?? ''} aria-hidden />,
}

const stepIcons: Record<StepState, ReactElement> = {
  pending: open,
  running: going,
  done: good,
  skipped: <SubtractCircle20Regular className={styles.quiet ?? ''} aria-hidden />,
  failed: bad,
  waiting,
}
