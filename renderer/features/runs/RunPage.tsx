import { Button, Link } from '@fluentui/react-components'
import { Print20Regular } from '@fluentui/react-icons/svg/print'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { isFinished, type Run, type Verb } from '../../../shared/domain/runs/run.ts'
import { announce, announceProgress } from '../../ui/announce.tsx'
import { useCommands } from '../../core/commands.ts'
import { useClient } from '../../core/core.tsx'
import { hrefOf } from '../../ui/route.ts'
import { goTo } from '../../ui/useRoute.ts'
import { problemOf } from '../../core/problem.ts'
import { runQuery } from '../../core/queries.ts'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { formatDated, formatFull } from '../../ui/times.ts'
import { destinationSentence } from '../../../shared/domain/datasets/names.ts'
import { RunHistory } from './RunHistory.tsx'
import { HeldBack } from './HeldBack.tsx'
import { LostBlob } from './LostBlob.tsx'
import { spokenProgress } from './progressText.ts'
import { ReceiptCard } from './ReceiptCard.tsx'
import { ReceiptFacts } from './ReceiptFacts.tsx'
import { There } from './There.tsx'
import { RunButtons } from './RunButtons.tsx'
import { RunProblem } from './RunProblem.tsx'
import styles from './RunPage.module.css'
import { RunQuestion } from './RunQuestion.tsx'
import { RunWarnings } from './RunWarnings.tsx'
import { RunStateMark } from './StateMark.tsx'
import { stateWords } from './stateWords.ts'
import { Street } from './Street.tsx'
import { UndoButton } from './UndoButton.tsx'
import { useVerbs } from './useVerbs.ts'
import { Verify } from './Verify.tsx'

/** One run: what it is doing, what it did, and what a person can do about it. */
export function RunPage({ runId }: { runId: string }) {
  const client = useClient()
  const detail = useQuery(runQuery(client, runId))
  const verbs = useVerbs()
  const run = detail.data?.run
  useSpoken(run)
  useKeptFocus(run === undefined ? '' : `${run.state} ${run.undoneAt}`)

  if (run === undefined)
    return (
      <Page title="Run">
        {detail.isError && (
          <>
            <ProblemNotice problem={problemOf(detail.error)} />
            <Link href={hrefOf({ page: 'runs' })}>All runs</Link>
          </>
        )}
      </Page>
    )
  const act = (verb: Verb, there = false) =>
    verbs.mutate(
      { run, verb, there },
      {
        onSuccess: (next) => {
          if (next === null) goTo({ page: 'runs' })
          else if (next !== run.id) goTo({ page: 'run', runId: next })
        },
      },
    )
  const finished = isFinished(run.state)
  const delivered = run.state === 'succeeded'
  const receipt = finished ? (detail.data?.receipt ?? null) : null
  return (
    <Page
      title={run.source.name}
      lead={`Dataset ${run.dataset} · ${destinationSentence(run.destination).replace(/^To/, 'to')}`}
      actions={
        <>
          {receipt !== null && <PrintButton />}
          <UndoButton run={run} />
          <RunButtons run={run} busy={verbs.isPending} onVerb={act} />
          {delivered && (
            <Button appearance="primary" as="a" href={hrefOf({ page: 'send' })}>
              Send another file
            </Button>
          )}
        </>
      }
    >
      <p className={styles.state}>
        <strong>
          <RunStateMark run={run} />
        </strong>
        <span title={formatFull(run.createdAt)}>Sent {formatDated(run.createdAt)}</span>
        {run.finishedAt !== null && (
          <span title={formatFull(run.finishedAt)}>Ended {formatDated(run.finishedAt)}</span>
        )}
        <span className={styles.id}>Run {run.id}</span>
      </p>
      {verbs.isError && (
        <ProblemNotice
          problem={problemOf(verbs.error)}
          action={{ label: 'Close', run: () => verbs.reset() }}
        />
      )}
      {run.question === null ? <RunProblem run={run} onVerb={act} /> : <RunQuestion run={run} />}
      <LostBlob run={run} />
      {!delivered && (
        <section className={finished ? styles.card : styles.cardLive} aria-label="Progress">
          <Street run={run} />
        </section>
      )}
      <There run={run} />
      {receipt !== null && <ReceiptCard receipt={receipt} />}
      {receipt !== null && <Verify receipt={receipt} />}
      <RunWarnings runId={run.id} />
      {(run.rows.quarantined ?? 0) > 0 && <HeldBack run={run} />}
      {receipt !== null && (
        <details className={styles.technical}>
          <summary>Technical details</summary>
          <ReceiptFacts receipt={receipt} />
          {delivered && <Street run={run} />}
        </details>
      )}
      <RunHistory runId={run.id} />
    </Page>
  )
}

function PrintButton() {
  const print = () => window.print()
  useCommands([{ title: 'Print', run: print }])
  return (
    <Button icon={<Print20Regular />} onClick={print}>
      Print
    </Button>
  )
}

/** A button that goes with the state it belonged to leaves its focus to the heading, not to nowhere. */
function useKeptFocus(state: string): void {
  useEffect(() => {
    if (document.activeElement === document.body)
      document.querySelector<HTMLElement>('#main h1')?.focus()
    // Only a new state takes buttons away.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [state])
}

/** Says aloud when the state changes, and now and then how far it is. */
function useSpoken(run: Run | undefined): void {
  const state = run?.state
  const before = useRef(state)
  useEffect(() => {
    if (state !== undefined && before.current !== undefined && before.current !== state)
      announce(`${stateWords[state]}: ${run?.source.name ?? 'run'}`)
    before.current = state
  }, [state, run?.source.name])
  const progress = run === undefined ? '' : spokenProgress(run)
  useEffect(() => {
    if (progress !== '') announceProgress(progress)
  }, [progress])
}
