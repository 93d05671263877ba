import { Button, Checkbox, Select } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { recipeFaults } from '../../../shared/domain/datasetFile.ts'
import { Recipe, type RecipeStep, type StepKind, withIds } from '../../../shared/domain/recipe.ts'
import { doingWords, stepKindWords, stepWords } from '../../../shared/domain/recipeWords.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery } from '../../core/queries.ts'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { StepForm } from './StepForm.tsx'
import { offeredLabels } from './stepFields.ts'
import styles from './Steps.module.css'

/** The cleaning steps of a dataset, in their order; what is changed holds for the files to come, once it is saved. */
export function StepsForm({
  name,
  recipe,
  labels,
}: {
  name: string
  recipe: Recipe
  /** The columns that its files are known to have. */
  labels: readonly string[]
}) {
  const on = recipe.filter(({ off }) => off !== true).length
  const [open, setOpen] = useState(false)
  // What was saved here comes back as the recipe; one that comes from elsewhere is begun with anew.
  const text = textOf(recipe)
  const [known, setKnown] = useState([text])
  if (!known.includes(text)) setKnown([text])
  return (
    <details className={styles.steps} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {plural(on, 'cleaning step')}
        {on < recipe.length && `, ${recipe.length - on} off`}
      </summary>
      {open && (
        <Steps
          key={known[0]}
          name={name}
          recipe={recipe}
          labels={labels}
          onSave={(saved) => setKnown([...known, textOf(saved)])}
        />
      )}
    </details>
  )
}

/** Parsed, so that what was stored and what was written here name their fields in one order. */
function textOf(recipe: readonly RecipeStep[]): string {
  return JSON.stringify(Recipe.parse(withIds([...recipe])))
}

type Step = RecipeStep & { id: string }
/** What is being written: a new step of a kind, or a change of the step at a place. */
type Writing = { kind: StepKind; place: number | null }

function Steps({
  name,
  recipe,
  labels,
  onSave,
}: Parameters<typeof StepsForm>[0] & { onSave: (saved: readonly Step[]) => void }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [history, setHistory] = useState<{ all: readonly Step[][]; at: number }>({
    all: [withIds(recipe)],
    at: 0,
  })
  const [writing, setWriting] = useState<Writing | null>(null)
  const now = history.all[history.at] ?? []
  const faults = recipeFaults(now)
  const isChanged = textOf(now) !== textOf(recipe)
  const isWriting = writing !== null
  const change = (next: readonly RecipeStep[], said: string) => {
    setHistory({
      all: [...history.all.slice(0, history.at + 1), withIds([...next])],
      at: history.at + 1,
    })
    save.reset()
    announce(said)
  }
  const move = (place: number, by: 1 | -1) => {
    const next = [...now]
    const [step] = next.splice(place, 1)
    if (step === undefined) return
    next.splice(place + by, 0, step)
    change(next, `${stepWords(step)} is now step ${place + by + 1}.`)
  }
  const save = useMutation({
    mutationFn: () => client.datasets.changeRecipe({ name, recipe: now }),
    onSuccess: async () => {
      onSave(now)
      announce(`Saved for ${name}.`)
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    },
  })
  const edited = writing?.place == null ? null : (now[writing.place] ?? null)
  return (
    <div>
      {now.length === 0 && <p className={styles.hint}>No step: every row is taken as it stands.</p>}
      <ol className={styles.list} aria-label={`Cleaning steps of ${name}`}>
        {now.map((step, place) => (
          <li key={step.id} className={step.off === true ? styles.off : undefined}>
            <Checkbox
              aria-label={`Step ${place + 1} is on`}
              disabled={isWriting}
              checked={step.off !== true}
              onChange={(_, { checked }) =>
                change(
                  now.map((one) => (one === step ? { ...one, off: checked !== true } : one)),
                  `${stepWords(step)} is ${checked === true ? 'on' : 'off'}.`,
                )
              }
            />
            <span className={styles.words}>
              {stepWords(step)}
              {step.name !== undefined && <span className={styles.hint}> {doingWords(step)}</span>}
            </span>
            <Button
              size="small"
              appearance="subtle"
              aria-label={`Move step ${place + 1} up`}
              disabledFocusable={isWriting || place === 0}
              onClick={() => move(place, -1)}
            >
              ↑
            </Button>
            <Button
              size="small"
              appearance="subtle"
              aria-label={`Move step ${place + 1} down`}
              disabledFocusable={isWriting || place === now.length - 1}
              onClick={() => move(place, 1)}
            >
              ↓
            </Button>
            <Button
              size="small"
              appearance="subtle"
              aria-label={`Change step ${place + 1}`}
              disabledFocusable={isWriting}
              onClick={() => setWriting({ kind: step.kind, place })}
            >
              Change
            </Button>
            <Button
              size="small"
              appearance="subtle"
              aria-label={`Remove step ${place + 1}`}
              disabledFocusable={isWriting}
              onClick={() =>
                change(
                  now.filter((one) => one !== step),
                  `${stepWords(step)} is removed.`,
                )
              }
            >
              Remove
            </Button>
          </li>
        ))}
      </ol>
      {writing === null ? (
        <Select
          size="small"
          aria-label="Add a step"
          className={styles.add ?? ''}
          value=""
          onChange={(_, { value }) => setWriting({ kind: value as StepKind, place: null })}
        >
          <option value="">Add a step …</option>
          {Object.entries(stepKindWords).map(([kind, words]) => (
            <option key={kind} value={kind}>
              {words}
            </option>
          ))}
        </Select>
      ) : (
        <StepForm
          key={`${writing.kind} ${writing.place ?? 'new'}`}
          kind={writing.kind}
          step={edited}
          labels={offeredLabels(labels, now)}
          onCancel={() => setWriting(null)}
          onDone={(step) => {
            const next =
              edited === null ? [...now, step] : now.map((one) => (one === edited ? step : one))
            change(next, `${stepWords(step)} is ${edited === null ? 'added' : 'changed'}.`)
            setWriting(null)
          }}
        />
      )}
      <PleaseLook at={faults} />
      <div className={styles.buttons}>
        <Button
          disabledFocusable={!isChanged || faults.length > 0 || save.isPending || isWriting}
          onClick={() => save.mutate()}
        >
          Save steps
        </Button>
        <Button
          appearance="subtle"
          disabledFocusable={isWriting || history.at === 0}
          onClick={() => setHistory({ ...history, at: history.at - 1 })}
        >
          Undo
        </Button>
        <Button
          appearance="subtle"
          disabledFocusable={isWriting || history.at === history.all.length - 1}
          onClick={() => setHistory({ ...history, at: history.at + 1 })}
        >
          Redo
        </Button>
      </div>
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
    </div>
  )
}
