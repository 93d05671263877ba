import { useQuery } from '@tanstack/react-query'
import type { RunEvent } from '../../../shared/domain/runs/run.ts'
import { useClient } from '../../core/core.tsx'
import { eventsQuery } from '../../core/queries.ts'
import { AsLastTime } from '../../ui/AsLastTime.tsx'
import { PleaseLook } from '../../ui/PleaseLook.tsx'

/** What the history warns of, where nobody has to open it: the same file sent before, a doubtful dialect. */
export function RunWarnings({ runId }: { runId: string }) {
  const events = useQuery(eventsQuery(useClient(), runId))
  // A step that is repeated repeats its warnings.
  const of = (wanted: RunEvent['level']) => [
    ...new Set(
      events.data?.flatMap(({ level, message }) => (level === wanted ? message : [])) ?? [],
    ),
  ]
  return (
    <>
      <PleaseLook at={of('warn')} />
      <AsLastTime at={of('known')} />
    </>
  )
}
