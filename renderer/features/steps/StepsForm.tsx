import { Button } from '@fluentui/react-components'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { recipeFaults } from '../../../shared/domain/datasets/datasetFile.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery, versionsQuery } from '../../core/queries.ts'
import { type Step, newHistory, recipeText, stepsAt } from '../../core/recipes.ts'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { StepsEditor, type Writing } from './StepsEditor.tsx'
import { offeredLabels } from './stepFields.ts'
import styles from './Steps.module.css'

/** The cleaning steps of a dataset, in their order; what is changed holds for the files to come, once it is saved. */
export function StepsForm({
  name,
  updatedAt,
  recipe,
  labels,
}: {
  name: string
  /** When the dataset was last changed. */
  updatedAt: string
  recipe: Recipe
  /** The columns that its files are known to have. */
  labels: readonly string[]
}) {
  const on = recipe.filter(({ off }) => off !== true).length
  const [open, setOpen] = useState(false)
  // What was saved here comes back as the recipe; one that comes from elsewhere is begun with anew.
  const text = recipeText(recipe)
  const [known, setKnown] = useState([text])
  if (!known.includes(text)) setKnown([text])
  // What is saved meanwhile is in the history already: the form stays as it is.
  const versions = useQuery({
    ...versionsQuery(useClient(), { name, updatedAt }),
    enabled: open,
    placeholderData: keepPreviousData,
  })
  return (
    <details className={styles.steps} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {plural(on, 'cleaning step')}
        {on < recipe.length && `, ${recipe.length - on} off`}
      </summary>
      {open && !versions.isPending && (
        <Steps
          key={known[0]}
          name={name}
          recipe={recipe}
          earlier={(versions.data ?? []).map((version) => version.recipe).toReversed()}
          labels={labels}
          onSave={(saved) => setKnown([...known, recipeText(saved)])}
        />
      )}
    </details>
  )
}

function Steps({
  name,
  recipe,
  earlier,
  labels,
  onSave,
}: Omit<Parameters<typeof StepsForm>[0], 'updatedAt'> & {
  /** As they were before, oldest first. */
  earlier: readonly Recipe[]
  onSave: (saved: readonly Step[]) => void
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [history, setHistory] = useState(() => newHistory(recipe, earlier))
  const [writing, setWriting] = useState<Writing | null>(null)
  const now = stepsAt(history)
  const faults = recipeFaults([...now])
  const isChanged = recipeText(now) !== recipeText(recipe)
  const save = useMutation({
    mutationFn: () => client.datasets.changeRecipe({ name, recipe: [...now] }),
    onSuccess: async () => {
      onSave(now)
      announce(`Saved for ${name}.`)
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    },
  })
  return (
    <div className={styles.saved}>
      <StepsEditor
        name={name}
        history={history}
        labelsBefore={() => offeredLabels(labels, [...now])}
        writing={writing}
        onWriting={setWriting}
        onHistory={(next) => {
          setHistory(next)
          save.reset()
        }}
      >
        <Button
          disabledFocusable={!isChanged || faults.length > 0 || save.isPending || writing !== null}
          onClick={() => save.mutate()}
        >
          Save steps
        </Button>
      </StepsEditor>
      <PleaseLook at={faults} />
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
    </div>
  )
}
