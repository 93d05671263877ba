import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { environmentName } from '../../shared/domain/connection.ts'
import { type Need, needSentence, needsOf } from '../../shared/domain/runs/need.ts'
import { kindNamed } from '../../shared/systems/kinds.ts'
import { problemOf } from '../core/problem.ts'
import { ProblemNotice } from '../ui/ProblemNotice.tsx'
import { announce } from '../ui/announce.tsx'
import { useClient } from '../core/core.tsx'
import { connectionsQuery, unfinishedRunsQuery } from '../core/queries.ts'
import { hrefOf } from '../ui/route.ts'

/** Asks once for what a connection needs, however many runs wait for it and whichever page is open. */
export function NeedsBar() {
  const needs = needsOf(useQuery(unfinishedRunsQuery(useClient())).data ?? [])
  return needs.map((need) => <NeedBar key={need.connection} need={need} />)
}

function NeedBar({ need }: { need: Need }) {
  const client = useClient()
  const connections = useQuery(connectionsQuery(client)).data
  const { connection, problem, runs } = need
  const found = connections?.find(({ name }) => name === connection)
  // One that was removed needs nothing any more; its runs say so themselves.
  const removed = connections !== undefined && found === undefined && connection !== environmentName
  const own = found !== undefined && found.secret !== 'builtin'
  // One run tries; the others go on if it gets through.
  const again = useMutation({
    mutationFn: async () => {
      for (const { id } of runs.slice(0, 1)) await client.runs.resume({ runId: id })
    },
  })
  const sentence = needSentence(need)
  useEffect(() => {
    if (!removed) announce(sentence)
  }, [removed, sentence])
  if (removed) return null
  const healsElsewhere =
    problem.code === 'permission-denied' ||
    problem.code === 'clock-skew' ||
    kindNamed(found?.settings.kind ?? '')?.elsewhere === true
  return (
    <>
      <MessageBar shape="square" intent="warning" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{sentence}</MessageBarTitle> {problem.what} {problem.advice}
        </MessageBarBody>
        <MessageBarActions>
          {own && problem.code !== 'clock-skew' && (
            <Button size="small" as="a" href={hrefOf({ page: 'connections', open: connection })}>
              Open connection
            </Button>
          )}
          {(!own || healsElsewhere) && (
            <Button size="small" disabledFocusable={again.isPending} onClick={() => again.mutate()}>
              Try again
            </Button>
          )}
        </MessageBarActions>
      </MessageBar>
      {again.isError && <ProblemNotice problem={problemOf(again.error)} />}
    </>
  )
}
