import { useQuery } from '@tanstack/react-query'
import type { Column, Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { useClient } from '../../core/core.tsx'
import { rowsQuery } from '../../core/looks.ts'
import { choiceOfRules } from '../../../shared/domain/columns/columnChoice.ts'
import { marksInWords } from '../../../shared/domain/privacy/personalRules.ts'
import { findColumn } from '../../../shared/domain/recipe/recipeFit.ts'
import { PersonalFields } from '../../ui/PersonalFields.tsx'
import { hrefOf } from '../../ui/route.ts'
import styles from './ColumnPane.module.css'
import { ColumnPane } from './ColumnPane.tsx'
import type { RulesChoice } from './RulesOfColumn.tsx'

/** A column of a chosen file: what it holds, what it is held to, and how many rows of the whole file break that. */
export function FileColumn({
  file,
  dataset,
  preview,
  column,
  isHeld,
  onRules,
  ...pane
}: Omit<Parameters<typeof ColumnPane>[0], 'rules' | 'personal'> & {
  file: ChosenFile
  dataset: Dataset | null
  preview: Preview
  /** As the file has it or a step makes it, with what was chosen; null: nobody can say here what it is held to. */
  column: Column | null
  /** Whether any row would be held back. */
  isHeld: boolean
  onRules: (label: string, choice: RulesChoice) => void
}) {
  const client = useClient()
  const { label } = pane
  const view = {
    file,
    dataset,
    seen: preview.columns,
    columns: column === null ? [] : [{ ...column, label }],
    filters: [{ kind: 'breaks' as const, column: label }],
    order: null,
  }
  const breaking = useQuery({
    ...rowsQuery(client, view, 0, 1, true),
    enabled: column !== null && isHeld,
  })
  return (
    <ColumnPane
      {...pane}
      personal={
        column && (
          <Personal
            column={column}
            dataset={dataset}
            onChange={(choice) => onRules(column.label, choice)}
          />
        )
      }
      rules={
        column && {
          column,
          breaking: isHeld ? (breaking.data?.total ?? null) : 0,
          onChange: (choice) => onRules(column.label, choice),
        }
      }
    />
  )
}

/** What is decided for all files of the dataset is not said anew for one. */
function Personal({
  column,
  dataset,
  onChange,
}: {
  column: Column
  dataset: Dataset | null
  onChange: (choice: RulesChoice) => void
}) {
  const known = findColumn(dataset?.contract?.columns ?? [], column.label)?.personal
  return (
    <section aria-label={`Whether ${column.label} is about persons`}>
      <h3 className={styles.heading}>Personal</h3>
      {dataset !== null && known !== undefined ? (
        <p className={styles.gone}>
          Where it is sent: {marksInWords(known)}, as is said under{' '}
          <a href={hrefOf({ page: 'dataset', name: dataset.name })}>{dataset.name}</a>.
        </p>
      ) : (
        <PersonalFields
          label={column.label}
          personal={column.personal ?? null}
          onChange={(personal) => onChange({ ...choiceOfRules(column), personal })}
        />
      )}
    </section>
  )
}
