import { Radio, RadioGroup } from '@fluentui/react-components'
import type { Column, Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { knownLabels, spanUnder } from '../../../shared/domain/columns/header.ts'
import { fitRecipe, shapedLabels } from '../../../shared/domain/recipe/recipeFit.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { useClient, useCore } from '../../core/core.tsx'
import { headerMapOf } from '../../core/header.ts'
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
  columns,
  writing,
  effect,
  picked,
  onWriting,
  onPick,
}: {
  file: ChosenFile
  dataset: Dataset | null
  /** As the file has them. */
  columns: readonly Column[]
  writing: Writing | null
  /** What they do to the file, as far as that is known. */
  effect: KnownEffect
  /** The step that the table shows. */
  picked: string | null
  onWriting: (writing: Writing | null) => void
  onPick: (id: string | null) => void
}) {
  const { files } = useCore()
  const client = useClient()
  const history = historyOf(file.choices, dataset)
  const steps = stepsAt(history)
  const labels = columns.map(({ label }) => label)
  const map = headerMapOf(columns, dataset, file.choices)
  const known = knownLabels(labels, map)
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
      {effect.problem !== null && fault === null && <ProblemNotice problem={effect.problem} />}
      <PleaseLook at={fault === null ? [] : [fault.sentence]} />
      <StepsEditor
        name={file.name}
        history={history}
        labelsBefore={(place) => {
          const { recipe, upTo } = spanUnder([...steps], map, { since: 0, upTo: place })
          return shapedLabels(known, fitRecipe(recipe.slice(0, upTo), known).steps)
        }}
        writing={writing}
        picked={picked}
        effectOf={(step) => {
          const done = effect.effect?.steps.find(({ stepId }) => stepId === step.id)
          return done === undefined ? null : effectWords(done, step.kind)
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
