import { useQuery } from '@tanstack/react-query'
import type { Column, Dataset } from '../../../shared/domain/dataset.ts'
import type { Preview } from '../../../shared/domain/preview.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { useClient } from '../../core/core.tsx'
import { rowsQuery } from '../../core/looks.ts'
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
}: Omit<Parameters<typeof ColumnPane>[0], 'rules'> & {
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
