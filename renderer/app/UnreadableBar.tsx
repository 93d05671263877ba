import {
  Button,
  MessageBarActions,
  MessageBarBody,
  useRestoreFocusTarget,
} from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { unreadableSentence } from '../../shared/domain/unreadable.ts'
import { useClient } from '../core/core.tsx'
import { problemOf } from '../core/problem.ts'
import { unreadableQuery } from '../core/queries.ts'
import { PlainBar } from '../ui/PlainBar.tsx'
import { Ask } from '../ui/Ask.tsx'
import { ProblemNotice } from '../ui/ProblemNotice.tsx'

/** What the home holds and cannot be read is said once, above every page, and can be forgotten. */
export function UnreadableBar() {
  const client = useClient()
  const queryClient = useQueryClient()
  const query = unreadableQuery(client)
  const all = useQuery(query).data ?? []
  const sentence = unreadableSentence(all)
  const [asking, setAsking] = useState(false)
  const returnFocus = useRestoreFocusTarget()
  const forget = useMutation({
    mutationFn: async () => {
      for (const { kind, name } of all) {
        if (kind === 'run') await client.runs.discard({ runId: name })
        if (kind === 'dataset') await client.datasets.remove({ name })
        if (kind === 'connection') await client.connections.remove({ name })
      }
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: query.queryKey }),
  })
  if (sentence === null) return null
  return (
    <>
      <PlainBar shape="square" intent="warning">
        <MessageBarBody>{sentence}</MessageBarBody>
        <MessageBarActions>
          <Button {...returnFocus} size="small" onClick={() => setAsking(true)}>
            Forget
          </Button>
        </MessageBarActions>
      </PlainBar>
      {forget.isError && <ProblemNotice problem={problemOf(forget.error)} />}
      {asking && (
        <Ask
          title="Forget what cannot be read?"
          yes="Forget"
          no="Keep"
          onYes={() => forget.mutate()}
          onClose={() => setAsking(false)}
        >
          {sentence} If a newer Pallet has written it, keep it and use that one.
        </Ask>
      )}
    </>
  )
}
