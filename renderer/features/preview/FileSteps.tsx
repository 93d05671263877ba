import { Radio, RadioGroup } from '@fluentui/react-components'
import type { Dataset } from '../../../shared/domain/dataset.ts'
import { fitRecipe, shapedLabels } from '../../../shared/domain/recipeFit.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { useClient, useCore } from '../../core/core.tsx'
import { changedSteps, historyOf, stepsAt, writtenFault } from '../../core/recipes.ts'
import type { KnownEffect } from '../../core/effects.ts'
import { similarQuery } from '../../core/queries.ts'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { effectWords } from '../steps/effectWords.ts'
import { type Writing, StepsEditor } from '../steps/StepsEditor.tsx'
import styles from './FilePreview.module.css'

/** The steps that clean a chosen file: as its dataset has them, or as they are changed here. */
export function FileSteps({
  file,
  dataset,
  labels,
  writing,
  known,
  picked,
  onWriting,
  onPick,
}: {
  file: ChosenFile
  dataset: Dataset | null
  /** The columns of the file. */
  labels: readonly string[]
  writing: Writing | null
  /** What they do to the file, as far as that is known. */
  known: KnownEffect
  /** The step that the table shows. */
  picked: string | null
  onWriting: (writing: Writing | null) => void
  onPick: (id: string | null) => void
}) {
  const { files } = useCore()
  const client = useClient()
  const history = historyOf(file.choices, dataset)
  const steps = stepsAt(history)
  const fault = writtenFault(file.choices, dataset, labels)
  return (
    <>
      {dataset !== null && changedSteps(file.choices, dataset) !== null && (
        <RadioGroup
          className={styles.keeps ?? ''}
          aria-label="The changed steps are for"
          layout="horizontal"
          value={file.choices.keepsRecipe === null ? '' : String(file.choices.keepsRecipe)}
          onChange={(_, { value }) => files.choose(file.key, { keepsRecipe: value === 'true' })}
        >
          <Radio value="false" label="This file only" />
          <Radio value="true" label={`${dataset.name} from now on`} />
        </RadioGroup>
      )}
      {known.problem !== null && fault === null && <ProblemNotice problem={known.problem} />}
      <PleaseLook at={fault === null ? [] : [fault.sentence]} />
      <StepsEditor
        name={file.name}
        history={history}
        labelsBefore={(place) =>
          shapedLabels(labels, fitRecipe(steps.slice(0, place), labels).steps)
        }
        writing={writing}
        picked={picked}
        effectOf={(step) => {
          const effect = known.effect?.steps.find(({ stepId }) => stepId === step.id)
          return effect === undefined ? null : effectWords(effect, step.kind)
        }}
        similar={(place) => (column, by) =>
          similarQuery(client, file, dataset, steps.slice(0, place), { column, by })
        }
        onPick={onPick}
        onWriting={onWriting}
        onHistory={(recipe) => files.choose(file.key, { recipe })}
      />
    </>
  )
}
