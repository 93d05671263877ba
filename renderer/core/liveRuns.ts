import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Receipt, Run } from '../../shared/domain/run.ts'
import { isFinished } from '../../shared/domain/run.ts'
import type { Client } from './host.ts'
import { useCore } from './core.tsx'

export interface RunDetail {
  run: Run
  receipt: Receipt | null
}

/** Keeps every run on every screen current, for as long as the window is open. */
export function useLiveRuns(): void {
  const { host } = useCore()
  const queryClient = useQueryClient()
  useEffect(() => {
    const end = new AbortController()
    void follow(host.client, queryClient, end.signal)
    return () => end.abort()
  }, [host, queryClient])
}

async function follow(
  client: Client,
  queryClient: QueryClient,
  signal: AbortSignal,
): Promise<void> {
  let first = true
  while (!signal.aborted) {
    try {
      const runs = await client.runs.watch(undefined, { signal })
      // Whatever happened while nobody watched is asked for anew.
      if (!first) void queryClient.invalidateQueries()
      first = false
      for await (const run of runs) {
        if (signal.aborted) return
        take(queryClient, run)
      }
    } catch {
      // The line is down; the bar at the top says so, and the next call waits for it.
    }
    await pause(signal)
  }
}

/** A stream that ends at once must not be asked for again and again without a rest. */
export function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, 250)
    signal.addEventListener('abort', end)
  })
}

/** Puts one snapshot wherever this run is shown. */
function take(queryClient: QueryClient, run: Run): void {
  const known = queryClient.getQueryData<RunDetail>(['run', run.id])
  queryClient.setQueryData<RunDetail>(['run', run.id], (old) => old && { ...old, run })
  if (known !== undefined && known.run.state !== run.state && isFinished(run.state)) {
    void queryClient.invalidateQueries({ queryKey: ['run', run.id] })
    void queryClient.invalidateQueries({ queryKey: ['rejects', run.id] })
  }
  if (known !== undefined && storyOf(known.run) !== storyOf(run))
    void queryClient.invalidateQueries({ queryKey: ['events', run.id] })

  let missing = false
  queryClient.setQueriesData<Run[]>({ queryKey: ['runs'] }, (list) => {
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
  if (missing && queryClient.isFetching({ queryKey: ['runs'] }) === 0)
    void queryClient.invalidateQueries({ queryKey: ['runs'] })
  if (run.state === 'succeeded' && known?.run.state !== 'succeeded')
    void queryClient.invalidateQueries({ queryKey: ['datasets'] })
}

/** What must change for the diary to have a new line. */
function storyOf(run: Run): string {
  const steps = run.steps.map(({ state, progress }) => state + (progress === null ? '' : '+'))
  return [run.state, run.problem?.what, run.retryAt, ...steps].join()
}
