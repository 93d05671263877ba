import { Button, Checkbox } from '@fluentui/react-components'
import { ArrowDown16Regular } from '@fluentui/react-icons/svg/arrow-down'
import { ArrowUp16Regular } from '@fluentui/react-icons/svg/arrow-up'
import { Delete16Regular } from '@fluentui/react-icons/svg/delete'
import { Edit16Regular } from '@fluentui/react-icons/svg/edit'
import { type DragEvent, type KeyboardEvent, useState } from 'react'
import type { RecipeStep, StepKind } from '../../../shared/domain/recipe/recipe.ts'
import { doingWords, stepWords } from '../../../shared/domain/recipe/recipeWords.ts'
import type { Step } from '../../core/recipes.ts'
import type { StepEffectWords } from './effectWords.ts'
import styles from './StepsEditor.module.css'

/** The steps, one a line. They are moved by drawing, by their buttons, or with Alt and an arrow. */
export function StepList({
  name,
  steps,
  picked,
  locked,
  effectOf,
  onChange,
  onEdit,
  onPick,
}: {
  name: string
  steps: readonly Step[]
  picked: string | null
  /** While one is written the others stay as they are. */
  locked: boolean
  effectOf: (step: Step) => StepEffectWords | null
  onChange: (next: readonly RecipeStep[], said: string) => void
  onEdit: (place: number, kind: StepKind) => void
  onPick?: (id: string | null) => void
}) {
  const [drawn, setDrawn] = useState<{ from: number; over: number } | null>(null)
  const move = (from: number, to: number) => {
    const next = [...steps]
    const [step] = next.splice(from, 1)
    if (step === undefined || to < 0 || to > next.length || to === from) return
    next.splice(to, 0, step)
    onChange(next, `${stepWords(step)} is now step ${to + 1}.`)
  }
  const onKeyDown = (event: KeyboardEvent, place: number) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (by === undefined || !event.altKey || locked) return
    event.preventDefault()
    move(place, place + by)
  }
  const drawing = (place: number) => ({
    draggable: !locked,
    onDragStart: (event: DragEvent) => {
      // Not a file: the window takes files from anywhere.
      event.dataTransfer.setData('text/plain', '')
      event.dataTransfer.effectAllowed = 'move'
      setDrawn({ from: place, over: place })
    },
    onDragOver: (event: DragEvent) => {
      if (drawn === null) return
      event.preventDefault()
      if (drawn.over !== place) setDrawn({ ...drawn, over: place })
    },
    onDrop: (event: DragEvent) => {
      if (drawn === null) return
      event.preventDefault()
      move(drawn.from, place)
      setDrawn(null)
    },
    onDragEnd: () => setDrawn(null),
  })
  if (steps.length === 0)
    return <p className={styles.hint}>No step: every row is taken as it stands.</p>
  return (
    <ol className={styles.list} aria-label={`Cleaning steps of ${name}`}>
      {steps.map((step, place) => {
        const effect = step.off === true ? null : effectOf(step)
        const isPicked = picked === step.id
        const text = (
          <>
            <span className={styles.words} title={doingWords(step)}>
              {stepWords(step)}
              {step.name !== undefined && <span className={styles.hint}> {doingWords(step)}</span>}
            </span>
            {effect !== null && (
              <span className={styles.effect} data-tone={effect.tone}>
                {effect.words}
              </span>
            )}
          </>
        )
        return (
          // Keys of the buttons in it; drawing is a second way to what they do.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
          <li
            key={step.id}
            className={styles.step}
            data-off={step.off === true}
            data-picked={isPicked}
            data-over={drawn?.over === place && drawn.from !== place}
            data-after={drawn !== null && drawn.from < place}
            onKeyDown={(event) => onKeyDown(event, place)}
            {...drawing(place)}
          >
            <Checkbox
              className={styles.on ?? ''}
              aria-label={`Step ${place + 1} is on`}
              disabled={locked}
              checked={step.off !== true}
              onChange={(_, { checked }) =>
                onChange(
                  steps.map((one) => (one === step ? { ...one, off: checked !== true } : one)),
                  `${stepWords(step)} is ${checked === true ? 'on' : 'off'}.`,
                )
              }
            />
            {onPick === undefined ? (
              <span className={styles.text}>{text}</span>
            ) : (
              <button
                type="button"
                className={styles.pick}
                aria-pressed={isPicked}
                title={
                  isPicked ? 'Show what all steps do' : 'Show what this step does to the table'
                }
                onClick={() => onPick(isPicked ? null : step.id)}
              >
                {text}
              </button>
            )}
            <span className={styles.tools}>
              <Button
                size="small"
                appearance="subtle"
                icon={<ArrowUp16Regular />}
                aria-label={`Move step ${place + 1} up`}
                disabledFocusable={locked || place === 0}
                onClick={() => move(place, place - 1)}
              />
              <Button
                size="small"
                appearance="subtle"
                icon={<ArrowDown16Regular />}
                aria-label={`Move step ${place + 1} down`}
                disabledFocusable={locked || place === steps.length - 1}
                onClick={() => move(place, place + 1)}
              />
              <Button
                size="small"
                appearance="subtle"
                icon={<Edit16Regular />}
                aria-label={`Edit step ${place + 1}`}
                title="Change or name it"
                disabledFocusable={locked}
                onClick={() => onEdit(place, step.kind)}
              />
              <Button
                size="small"
                appearance="subtle"
                icon={<Delete16Regular />}
                aria-label={`Remove step ${place + 1}`}
                disabledFocusable={locked}
                onClick={() =>
                  onChange(
                    steps.filter((one) => one !== step),
                    `${stepWords(step)} is removed.`,
                  )
                }
              />
            </span>
          </li>
        )
      })}
    </ol>
  )
}
