import { Button, MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import {
  type Answer,
  choicesOf,
  answerWords,
  questionSentence,
} from '../../../shared/domain/runs/decision.ts'
import type { Run } from '../../../shared/domain/runs/run.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { runKey, runListsKey } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './RunQuestion.module.css'

const buttonWords: Record<Answer, string> = {
  correct: 'It is a correction',
  snapshot: 'The whole table each time',
  slice: 'The days in the file',
  upsert: 'New and changed rows',
  append: 'They are new rows',
  replace: 'Yes, replace them',
  load: 'Yes, load them',
  add: 'Yes, add to the table',
  map: 'Take them so',
  skip: 'Leave it',
}

type Choice = ReturnType<typeof choicesOf>[number]

const wordsOf = ({ answer, header }: Choice): string =>
  header === undefined ? buttonWords[answer] : 'Take new columns up'

/** What a run waits to be told, with the numbers to decide by, and a button for each answer. */
export function RunQuestion({ run }: { run: Run }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const telling = useMutation({
    mutationFn: (chosen: Choice) => client.runs.answer({ runId: run.id, ...chosen }),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: runListsKey })
      await queryClient.invalidateQueries({ queryKey: runKey(run.id) })
    },
  })
  const { question } = run
  if (question === null) return null
  return (
    <div role="alert" className={styles.question}>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{questionSentence(question)}</MessageBarTitle>
          <p className={styles.line}>Nothing has left this computer. What is this file?</p>
          <ul className={styles.answers}>
            {choicesOf(question).map((choice, nth) => (
              <li key={wordsOf(choice)}>
                <Button
                  appearance={nth === 0 ? 'primary' : 'secondary'}
                  disabledFocusable={telling.isPending}
                  onClick={() => telling.mutate(choice)}
                >
                  {wordsOf(choice)}
                </Button>
                <span>{capital(answerWords({ question, ...choice }))}.</span>
              </li>
            ))}
          </ul>
        </MessageBarBody>
      </MessageBar>
      {telling.isError && <ProblemNotice problem={problemOf(telling.error)} />}
    </div>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
