import { QueryClient, useQuery } from '@tanstack/react-query'
import { isFinished } from '../../shared/domain/run.ts'
import { useClient } from './core.tsx'

/**
 * `networkMode: always`: the core is on this computer, so the state of the internet says
 * nothing about it. No retries: the link waits for the core itself, and a Problem does not
 * go away by asking again.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        staleTime: 30_000,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}

export function useAppInfo() {
  const client = useClient()
  return useQuery({
    queryKey: ['app'],
    queryFn: ({ signal }) => client.app.info(undefined, { signal }),
    staleTime: Infinity,
  })
}

export function useDatasets() {
  const client = useClient()
  return useQuery({
    queryKey: ['datasets'],
    queryFn: ({ signal }) => client.datasets.list(undefined, { signal }),
  })
}

export function useConnections() {
  const client = useClient()
  return useQuery({
    queryKey: ['connections'],
    queryFn: ({ signal }) => client.connections.list(undefined, { signal }),
  })
}

/** Every run that has not ended; the live runs keep it current. */
export function useUnfinishedRuns() {
  const client = useClient()
  return useQuery({
    queryKey: ['runs', 'unfinished'],
    queryFn: ({ signal }) =>
      client.runs.list(
        { states: ['queued', 'running', 'waiting', 'paused'], limit: 1000 },
        { signal },
      ),
    select: (all) => all.filter(({ state }) => !isFinished(state)),
  })
}
