import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Run } from '../../../shared/domain/runs/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { problemOf } from '../../core/problem.ts'
import { runListsKey } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { Ask } from '../../ui/Ask.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { Freed } from './Freed.tsx'
import { allowedVerbs, verbEffects } from './stateWords.ts'
import styles from './RunsPage.module.css'
import { useTell } from './useVerbs.ts'

const manyWords = {
  retry: { button: 'Retry', done: 'on their way again' },
  cancel: { button: 'Cancel', done: 'cancelled' },
  discard: { button: 'Discard', done: 'discarded' },
} as const
type ManyVerb = keyof typeof manyWords
const manyVerbs: readonly ManyVerb[] = ['retry', 'cancel', 'discard']

/** What can be done with the runs that are chosen, all at once; what it will do is said first. */
export function ChosenRuns({ runs, onDone }: { runs: readonly Run[]; onDone: () => void }) {
  const tell = useTell()
  const queryClient = useQueryClient()
  const [asking, setAsking] = useState<ManyVerb | null>(null)
  const returnFocus = useRestoreFocusTarget()
  const able = (verb: ManyVerb) => runs.filter((run) => allowedVerbs(run).includes(verb))
  const all = useMutation({
    mutationFn: async (verb: ManyVerb) => {
      const told = able(verb)
      for (const run of told) await tell({ run, verb })
      announce(`${plural(told.length, 'run')} ${manyWords[verb].done}.`)
      onDone()
    },
    // Those before one that was refused have been told.
    onSettled: () => queryClient.invalidateQueries({ queryKey: runListsKey }),
  })
  return (
    <>
      {runs.length > 0 && (
        <fieldset className={styles.chosen} aria-label="Chosen runs">
          <span>{runs.length} chosen</span>
          {manyVerbs
            .filter((verb) => able(verb).length > 0)
            .map((verb) => (
              <Button
                key={verb}
                size="small"
                disabledFocusable={all.isPending}
                onClick={() => setAsking(verb)}
                {...returnFocus}
              >
                {manyWords[verb].button} {able(verb).length}…
              </Button>
            ))}
          <Button size="small" appearance="subtle" onClick={onDone}>
            Choose none
          </Button>
        </fieldset>
      )}
      {all.isError && (
        <ProblemNotice
          problem={problemOf(all.error)}
          action={{ label: 'Close', run: () => all.reset() }}
        />
      )}
      {asking !== null && (
        <Ask
          title={`${manyWords[asking].button} ${plural(able(asking).length, 'run')}?`}
          yes={`${manyWords[asking].button} ${plural(able(asking).length, 'run')}`}
          no="Leave them"
          onYes={() => all.mutate(asking)}
          onClose={() => setAsking(null)}
        >
          {namesOf(able(asking))}: each run {verbEffects[asking]}
          {asking === 'discard' && <Freed runIds={able(asking).map(({ id }) => id)} />}
          {able(asking).length < runs.length &&
            ' The others that are chosen stay as they are: their state does not allow it.'}
        </Ask>
      )}
    </>
  )
}

const namedRuns = 5

/** `till.csv, stores.csv and 3 more` */
function namesOf(runs: readonly Run[]): string {
  const names = runs.slice(0, namedRuns).map(({ source }) => source.name)
  const more = runs.length - names.length
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`
}
