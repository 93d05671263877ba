import { useMemo } from 'react'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import {
  columnsFor,
  madeColumnsFor,
  madeLabels,
} from '../../../shared/domain/columns/sentColumns.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { sentUnder } from '../../core/header.ts'

/** The columns of a chosen file with what was chosen; those that the steps make, of which something was; and the labels of all that these make. */
export function useSentColumns({ choices }: ChosenFile, dataset: Dataset | null, preview: Preview) {
  const { header, recipe, columns: chosen } = choices
  const seen = preview.columns
  const under = useMemo(
    () => sentUnder(seen, dataset, { header, recipe }),
    [seen, dataset, header, recipe],
  )
  const columns = useMemo(() => columnsFor(seen, under, chosen), [seen, under, chosen])
  const made = useMemo(() => madeColumnsFor(seen, under, chosen), [seen, under, chosen])
  const makes = useMemo(() => madeLabels(seen, under), [seen, under])
  return { under, columns, made, makes }
}
