import { Button, MessageBarActions, MessageBarBody } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { useEffect } from 'react'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { useCore } from '../../core/core.tsx'
import { draftOf, takeEarlier } from '../../core/drafts.ts'
import { recipeText } from '../../core/recipes.ts'
import { announce } from '../../ui/announce.tsx'
import { PlainBar } from '../../ui/PlainBar.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { formatWhen } from '../../ui/times.ts'

/** What was chosen for the same file before it was closed, killed or loaded anew: it is here again, or can be had back. */
export function EarlierBar({ file, dataset }: { file: ChosenFile; dataset: Dataset | null }) {
  const { files } = useCore()
  const { key, earlier, unkept } = file
  const words = wordsOf(file, dataset)
  useEffect(() => {
    if (words !== '') announce(words)
  }, [words])
  if (unkept !== null) return <ProblemNotice problem={unkept} intent="warning" />
  if (earlier.state === 'failed')
    return (
      <ProblemNotice
        problem={earlier.problem}
        intent="warning"
        action={{
          label: 'Look again for earlier steps',
          run: () => files.note(key, { earlier: { state: 'unasked' } }),
        }}
      />
    )
  if (earlier.state !== 'taken' && earlier.state !== 'aside') return null
  const { kept } = earlier
  return (
    <PlainBar intent="info" layout="multiline">
      <MessageBarBody>
        {words}{' '}
        {earlier.state === 'taken' ? (
          <Button
            size="small"
            appearance="transparent"
            onClick={() => {
              const draft = draftOf(file.choices)
              const put =
                draft === null ? kept : { ...kept, draft, keptAt: new Date().toISOString() }
              files.startOver(key, put)
            }}
          >
            Start over
          </Button>
        ) : (
          <Button
            size="small"
            appearance="transparent"
            onClick={() => takeEarlier(files, key, kept)}
          >
            Take them back
          </Button>
        )}
      </MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button
            appearance="transparent"
            icon={<Dismiss16Regular />}
            aria-label="Close"
            onClick={() => files.note(key, { earlier: { state: 'none' } })}
          />
        }
      />
    </PlainBar>
  )
}

function wordsOf({ earlier }: ChosenFile, dataset: Dataset | null): string {
  if (earlier.state !== 'taken' && earlier.state !== 'aside') return ''
  const { draft, name, keptAt } = earlier.kept
  const what = `Your ${draft.recipe === null ? 'choices' : 'steps'} of “${name}” (${formatWhen(keptAt)})`
  if (earlier.state === 'aside') return `${what} are put aside.`
  // The steps began with what the dataset did then.
  const then = draft.recipe?.all[0]
  const now = dataset?.recipe ?? defaultRecipe
  return then !== undefined && recipeText(then) !== recipeText(now)
    ? `${what} are here again. The steps of the dataset have changed since: look at both before you send.`
    : `${what} are here again.`
}
