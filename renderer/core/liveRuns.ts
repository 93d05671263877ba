import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Run } from '../../shared/domain/run.ts'
import { isFinished } from '../../shared/domain/run.ts'
import { useCore } from './core.tsx'
import { follow } from './follow.ts'
import type { Client } from './host.ts'
import { datasetsQuery, eventsQuery, runKey, runListsKey, runQuery } from './queries.ts'

/** Keeps every run on every screen current, for as long as the window is open. */
export function useLiveRuns(): void {
  const { host } = useCore()
  const queryClient = useQueryClient()
  useEffect(() => {
    const end = new AbortController()
    const { client } = host
    void follow(
      async (again) => {
        const runs = await client.runs.watch(undefined, { signal: end.signal })
        // Whatever happened while nobody watched is asked for anew.
        if (again) void queryClient.invalidateQueries()
        return runs
      },
      (run) => take(client, queryClient, run),
      end.signal,
    )
    return () => end.abort()
  }, [host, queryClient])
}

/** Puts one snapshot wherever this run is shown. */
function take(client: Client, queryClient: QueryClient, run: Run): void {
  const { queryKey } = runQuery(client, run.id)
  const known = queryClient.getQueryData(queryKey)?.run
  queryClient.setQueryData(queryKey, (old) => old && { ...old, run })
  if (known !== undefined && known.state !== run.state && isFinished(run.state))
    void queryClient.invalidateQueries({ queryKey: runKey(run.id) })
  else if (known !== undefined && storyOf(known) !== storyOf(run))
    void queryClient.invalidateQueries({ queryKey: eventsQuery(client, run.id).queryKey })

  let missing = false
  queryClient.setQueriesData<Run[]>({ queryKey: runListsKey }, (list) => {
    if (list === undefined) return list
    const index = list.findIndex((other) => other.id === run.id)
    if (index === -1) {
      missing = true
      return list
    }
    const next = [...list]
    next[index] = run
    return next
  })
  // A fetch under way will bring the newcomer; cancelling it for another would never end.
  if (missing && queryClient.isFetching({ queryKey: runListsKey }) === 0)
    void queryClient.invalidateQueries({ queryKey: runListsKey })
  if (run.state === 'succeeded' && known?.state !== 'succeeded')
    void queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
}

/** What must change for the history to have a new line. */
function storyOf(run: Run): string {
  const steps = run.steps.map(({ state, progress }) => state + (progress === null ? '' : '+'))
  return [run.state, run.problem?.what, run.retryAt, ...steps].join()
}
