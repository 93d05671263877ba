import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Run, Verb } from '../../../shared/domain/runs/run.ts'
import { useClient } from '../../core/core.tsx'
import { runKey, runListsKey } from '../../core/queries.ts'

interface Told {
  run: Run
  verb: Verb
  /** With `cancel`: what the run waits for is to end, too. */
  there?: boolean
}

/** Tells a run what to do. @returns the id under which it goes on, or null when it was discarded */
export function useTell() {
  const client = useClient()
  return async ({ run, verb, there }: Told): Promise<string | null> => {
    const input = { runId: run.id }
    switch (verb) {
      case 'pause':
        await client.runs.pause(input)
        return run.id
      case 'resume':
        await client.runs.resume(input)
        return run.id
      case 'cancel':
        await client.runs.cancel({ ...input, there })
        return run.id
      case 'retry':
        return (await client.runs.retry(input)).runId
      case 'discard':
        await client.runs.discard(input)
        return null
    }
  }
}

/** `useTell` for a button: with its state, and every screen current afterwards. */
export function useVerbs() {
  const tell = useTell()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: tell,
    onSettled: async (runId, _error, { run }) => {
      await queryClient.invalidateQueries({ queryKey: runListsKey })
      if (runId !== null) await queryClient.invalidateQueries({ queryKey: runKey(run.id) })
    },
  })
}
