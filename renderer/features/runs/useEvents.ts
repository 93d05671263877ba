import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../core/core.tsx'

/** The diary of a run; the live runs say when it has grown. */
export function useEvents(runId: string, enabled: boolean) {
  const client = useClient()
  return useQuery({
    queryKey: ['events', runId],
    queryFn: ({ signal }) => client.runs.events({ runId }, { signal }),
    enabled,
    staleTime: 0,
  })
}
