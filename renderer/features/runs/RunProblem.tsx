import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { needsOf } from '../../../shared/domain/runs/need.ts'
import { verbsOf, type Run, type Verb } from '../../../shared/domain/runs/run.ts'
import { remedyOf } from '../../../shared/domain/problem.ts'
import { useClient, useCore } from '../../core/core.tsx'
import { hrefOf } from '../../ui/route.ts'
import { goTo } from '../../ui/useRoute.ts'
import { problemOf } from '../../core/problem.ts'
import { Ask } from '../../ui/Ask.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './RunProblem.module.css'

/** What is wrong with a run, and the remedy where Pallet can offer one. */
export function RunProblem({ run, onVerb }: { run: Run; onVerb: (verb: Verb) => void }) {
  const client = useClient()
  const { files } = useCore()
  const { connection = '', container = '', name: blob = '' } = run.destination.blob ?? {}
  const [asking, setAsking] = useState(false)
  const restoreFocus = useRestoreFocusTarget()
  const goOn = (): void => {
    const verb = verbsOf(run.state).find(
      (candidate) => candidate === 'resume' || candidate === 'retry',
    )
    if (verb !== undefined) onVerb(verb)
  }
  const create = useMutation({
    mutationFn: () => client.connections.createContainer({ name: connection, container }),
    onSuccess: goOn,
  })
  const clear = useMutation({
    mutationFn: () => client.connections.clearUnfinished({ connection, container, blob }),
    onSuccess: goOn,
  })
  const change = useMutation({
    mutationFn: () => files.addAgain(run),
    onSuccess: () => goTo({ page: 'send' }),
  })
  const { problem } = run
  if (problem === null) return null
  const waits = run.state === 'waiting' || run.state === 'queued' || run.state === 'running'
  // What a connection needs is asked once, above every page.
  const asked = needsOf([run]).length > 0
  const ofConnection =
    !asked &&
    (remedyOf(problem.code) === 'person' ||
      problem.code === 'account-missing' ||
      problem.code === 'network')
  return (
    <div className={styles.problem} role="alert">
      <ProblemNotice
        problem={problem}
        intent={waits || run.state === 'cancelled' || run.state === 'paused' ? 'warning' : 'error'}
        actions={
          problem.code === 'container-missing' ? (
            <Button
              size="small"
              appearance="primary"
              disabledFocusable={create.isPending}
              onClick={() => create.mutate()}
            >
              Create container and continue
            </Button>
          ) : problem.code === 'blob-foreign-blocks' ? (
            <Button
              size="small"
              disabledFocusable={clear.isPending}
              onClick={() => setAsking(true)}
              {...restoreFocus}
            >
              Drop unfinished blocks
            </Button>
          ) : run.state === 'stopped' ? (
            <Button
              size="small"
              appearance="primary"
              disabledFocusable={change.isPending}
              onClick={() => change.mutate()}
            >
              Change and send again
            </Button>
          ) : ofConnection ? (
            <Button size="small" as="a" href={hrefOf({ page: 'connections', open: connection })}>
              Open connection
            </Button>
          ) : undefined
        }
      />
      {run.state === 'waiting' && <NextTry at={run.retryAt} />}
      {create.isError && <ProblemNotice problem={problemOf(create.error)} />}
      {clear.isError && <ProblemNotice problem={problemOf(clear.error)} />}
      {change.isError && <ProblemNotice problem={problemOf(change.error)} />}
      {asking && (
        <Ask
          title="Drop the unfinished blocks of the other program?"
          yes="Drop and continue"
          no="Keep them"
          onYes={() => clear.mutate()}
          onClose={() => setAsking(false)}
        >
          What another program has sent for {container}/{blob} and not finished is lost, and it has
          to begin anew. A blob that is there stays as it is until this run replaces it.
        </Ask>
      )}
    </div>
  )
}

function NextTry({ at }: { at: string | null }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const text =
    at === null
      ? 'The run waits for you and then goes on where it was.'
      : `Next try ${inWords(Date.parse(at) - now)}. What is done is kept.`
  // A countdown must not be read out every second.
  return (
    <p className={styles.next} aria-live="off">
      {text}
    </p>
  )
}

function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds <= 0) return 'now'
  return seconds < 90 ? `in ${seconds} s` : `in ${Math.round(seconds / 60)} min`
}
