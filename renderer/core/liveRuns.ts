import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isFinished, type Run, type RunState } from '../../shared/domain/runs/run.ts'
import { useCore } from './core.tsx'
import { follow } from './follow.ts'
import type { Client } from './host.ts'
import {
  datasetsQuery,
  eventsQuery,
  listedRunsKey,
  runKey,
  runListsKey,
  runQuery,
} from './queries.ts'

/** Keeps every run on every screen current, for as long as the window is open. */
export function useLiveRuns(): void {
  const { host } = useCore()
  const queryClient = useQueryClient()
  useEffect(() => {
    const end = new AbortController()
    const { client } = host
    /** The state in which each run was last seen. */
    const seen = new Map<string, RunState>()
    let due: ReturnType<typeof setTimeout> | null = null
    void follow(
      async (again) => {
        const runs = await client.runs.watch(undefined, { signal: end.signal })
        // Whatever happened while nobody watched is asked for anew.
        if (again) void queryClient.invalidateQueries()
        return runs
      },
      (run) => {
        take(client, queryClient, run)
        // A run that comes, or moves on, may change any list. Many at once ask once.
        if (seen.get(run.id) === run.state) return
        seen.set(run.id, run.state)
        // What it adds, the first of the delivery has one less to account for.
        if (run.completes !== null)
          void queryClient.invalidateQueries({ queryKey: runKey(run.completes) })
        due ??= setTimeout(() => {
          due = null
          void queryClient.invalidateQueries({ queryKey: runListsKey })
        }, 100)
      },
      end.signal,
    )
    return () => {
      end.abort()
      if (due !== null) clearTimeout(due)
    }
  }, [host, queryClient])
}

/** Puts one snapshot wherever this run is shown. */
function take(client: Client, queryClient: QueryClient, run: Run): void {
  const { queryKey } = runQuery(client, run.id)
  const known = queryClient.getQueryData(queryKey)?.run
  queryClient.setQueryData(queryKey, (old) => old && { ...old, run })
  if (known !== undefined && known.state !== run.state && isFinished(run.state))
    void queryClient.invalidateQueries({ queryKey: runKey(run.id) })
  else if (known !== undefined && known.account.quarantined !== run.account.quarantined)
    void queryClient.invalidateQueries({ queryKey: runKey(run.id) })
  else if (known !== undefined && storyOf(known) !== storyOf(run))
    void queryClient.invalidateQueries({ queryKey: eventsQuery(client, run.id).queryKey })

  queryClient.setQueriesData<Run[]>({ queryKey: listedRunsKey }, (list) =>
    list?.map((other) => (other.id === run.id ? run : other)),
  )
  if (run.state === 'succeeded' && known?.state !== 'succeeded')
    void queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
}

/** What must change for the history to have a new line. */
function storyOf(run: Run): string {
  const steps = run.steps.map(({ state, progress }) => state + (progress === null ? '' : '+'))
  return [run.state, run.problem?.what, run.retryAt, ...steps].join()
}
