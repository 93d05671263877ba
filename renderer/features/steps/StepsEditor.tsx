import { Button } from '@fluentui/react-components'
import { ArrowRedo16Regular } from '@fluentui/react-icons/svg/arrow-redo'
import { ArrowUndo16Regular } from '@fluentui/react-icons/svg/arrow-undo'
import type { ReactNode } from 'react'
import type { RecipeStep, StepKind } from '../../../shared/domain/recipe/recipe.ts'
import { stepWords } from '../../../shared/domain/recipe/recipeWords.ts'
import {
  type RecipeHistory,
  type Step,
  placeBehind,
  stepsAt,
  withChange,
  withStep,
} from '../../core/recipes.ts'
import { announce } from '../../ui/announce.tsx'
import { AddStep } from './AddStep.tsx'
import type { SimilarQuery } from './SimilarValues.tsx'
import { StepForm } from './StepForm.tsx'
import type { StepEffectWords } from './effectWords.ts'
import { StepList } from './StepList.tsx'
import type { StepValues } from './stepFields.ts'
import styles from './StepsEditor.module.css'

/** What is being written: a new step of a kind, of which this much is known, or a change of the step at a place. */
export type Writing =
  | { kind: StepKind; place: null; given: StepValues }
  | { kind: StepKind; place: number }

/** Steps in their order: switched on and off, moved, changed, added, taken back. Whoever shows it keeps the history. */
export function StepsEditor({
  name,
  history,
  labelsBefore,
  writing,
  picked = null,
  effectOf = () => null,
  similar = null,
  children,
  onHistory,
  onWriting,
  onPick,
}: {
  /** Whose steps they are. */
  name: string
  history: RecipeHistory
  /** The columns that the step at a place finds. */
  labelsBefore: (place: number) => readonly string[]
  writing: Writing | null
  /** The step that the table shows: a new one comes behind it. */
  picked?: string | null
  /** What a step does to the file, in words; null: nobody knows. */
  effectOf?: (step: Step) => StepEffectWords | null
  /** What asks for values that are spellings of one, behind the steps before the one that is written. */
  similar?: ((place: number) => SimilarQuery) | null
  /** What else is to be done with the steps, beside taking back. */
  children?: ReactNode
  onHistory: (history: RecipeHistory) => void
  onWriting: (writing: Writing | null) => void
  onPick?: (id: string | null) => void
}) {
  const steps = stepsAt(history)
  const change = (next: readonly RecipeStep[], said: string) => {
    onHistory(withChange(history, next))
    announce(said)
  }
  const goTo = (at: number, said: string) => {
    onHistory({ ...history, at })
    announce(said)
  }
  const place = writing?.place ?? placeBehind(steps, picked)
  const edited = writing?.place == null ? null : (steps[writing.place] ?? null)
  return (
    <div className={styles.editor}>
      <StepList
        name={name}
        steps={steps}
        picked={picked}
        locked={writing !== null}
        effectOf={effectOf}
        onChange={change}
        onEdit={(place, kind) => onWriting({ kind, place })}
        {...(onPick === undefined ? {} : { onPick })}
      />
      {writing === null ? (
        <AddStep
          behind={place === steps.length ? null : place}
          onAdd={(kind) => onWriting({ kind, place: null, given: {} })}
        />
      ) : (
        <StepForm
          key={JSON.stringify(writing)}
          kind={writing.kind}
          step={edited}
          given={writing.place === null ? writing.given : {}}
          labels={labelsBefore(place)}
          similar={similar?.(place) ?? null}
          onCancel={() => onWriting(null)}
          onDone={(step) => {
            onWriting(null)
            if (edited !== null) {
              const next = steps.map((one) => (one === edited ? step : one))
              return change(next, `${stepWords(step)} is changed.`)
            }
            const added = withStep(history, step, picked)
            onHistory(added.history)
            if (picked !== null) onPick?.(added.id)
            announce(`${stepWords(step)} is added.`)
          }}
        />
      )}
      <div className={styles.foot}>
        {children}
        <Button
          size="small"
          appearance="subtle"
          icon={<ArrowUndo16Regular />}
          disabledFocusable={writing !== null || history.at === 0}
          onClick={() => goTo(history.at - 1, 'The last change of the steps is undone.')}
        >
          Undo
        </Button>
        <Button
          size="small"
          appearance="subtle"
          icon={<ArrowRedo16Regular />}
          disabledFocusable={writing !== null || history.at === history.all.length - 1}
          onClick={() => goTo(history.at + 1, 'The change of the steps is done again.')}
        >
          Redo
        </Button>
      </div>
    </div>
  )
}
