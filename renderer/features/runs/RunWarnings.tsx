import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { useEvents } from './useEvents.ts'

/** What the diary warns of, where nobody has to open the diary: the same file sent before, a doubtful dialect. */
export function RunWarnings({ runId }: { runId: string }) {
  const events = useEvents(runId, true)
  const warnings = events.data?.filter(({ level }) => level === 'warn') ?? []
  // A step that is repeated repeats its warnings.
  return <PleaseLook at={[...new Set(warnings.map(({ message }) => message))]} />
}
