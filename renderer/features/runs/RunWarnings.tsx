import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../core/core.tsx'
import { eventsQuery } from '../../core/queries.ts'
import { PleaseLook } from '../../ui/PleaseLook.tsx'

/** What the history warns of, where nobody has to open it: the same file sent before, a doubtful dialect. */
export function RunWarnings({ runId }: { runId: string }) {
  const events = useQuery(eventsQuery(useClient(), runId))
  const warnings = events.data?.filter(({ level }) => level === 'warn') ?? []
  // A step that is repeated repeats its warnings.
  return <PleaseLook at={[...new Set(warnings.map(({ message }) => message))]} />
}
