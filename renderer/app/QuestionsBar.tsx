import { Button, MessageBarActions, MessageBarBody } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { questionSentence } from '../../shared/domain/runs/decision.ts'
import type { Run } from '../../shared/domain/runs/run.ts'
import { useClient } from '../core/core.tsx'
import { unfinishedRunsQuery } from '../core/queries.ts'
import { PlainBar } from '../ui/PlainBar.tsx'
import { announce } from '../ui/announce.tsx'
import { hrefOf } from '../ui/route.ts'
import { useRoute } from '../ui/useRoute.ts'

/** Runs that wait to be told what their file is, whichever page is open but their own, which asks itself. */
export function QuestionsBar() {
  const runs = useQuery(unfinishedRunsQuery(useClient())).data ?? []
  const route = useRoute()
  return runs
    .filter(
      ({ id, question }) => question !== null && !(route.page === 'run' && route.runId === id),
    )
    .map((run) => <QuestionBar key={run.id} run={run} />)
}

function QuestionBar({ run: { id, source, question } }: { run: Run }) {
  const sentence = question === null ? '' : `${source.name}: ${questionSentence(question)}`
  useEffect(() => announce(sentence), [sentence])
  return (
    <PlainBar shape="square" intent="warning" layout="multiline">
      <MessageBarBody>{sentence}</MessageBarBody>
      <MessageBarActions>
        <Button size="small" as="a" href={hrefOf({ page: 'run', runId: id })}>
          Answer
        </Button>
      </MessageBarActions>
    </PlainBar>
  )
}
