import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Column, Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { workedPlaces } from '../../../shared/domain/recipe/effect.ts'
import { type LookFilter, type LookOrder, needsCheck } from '../../../shared/domain/files/look.ts'
import { knownLabels, spanUnder } from '../../../shared/domain/columns/header.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient } from '../../core/core.tsx'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { headerMapOf } from '../../core/header.ts'
import { type Span, workedPage } from '../../core/effects.ts'
import {
  type PageQuery,
  type View as Looked,
  type WholeLook,
  pageRows,
  rowOfLine,
  rowsQuery,
  useWholeLook,
} from '../../core/looks.ts'
import type { RowSource } from './FileGrid.tsx'
import {
  type ShownRow,
  type View,
  columnsInFile,
  columnsOfView,
  rowInFile,
  rowOfView,
} from './shown.ts'
import { headRows } from './tableLayout.ts'

/** What a preview says of its first rows, said of the whole file once that was read. */
export function knownOf(preview: Preview, state: WholeLook['state']): Preview {
  if (state?.kind !== 'whole') return preview
  const { doubts, parts } = state
  const others = preview.parts.filter(({ of }) => of !== parts?.of)
  return {
    ...preview,
    detected: { ...preview.detected, doubts },
    parts: parts === null ? preview.parts : [...others, parts],
  }
}

/** How the table is wanted: a view of what the steps of a span do; null: the file as it is. */
export type Wanted = { view: View; span: Span } | null

/** The rows of a file as they are wanted: the first at once, the others as the file is read. */
export function useFileRows(
  file: ChosenFile,
  dataset: Dataset | null,
  preview: Preview,
  columns: readonly Column[],
  checked: boolean,
  wanted: Wanted,
  typeOf: (label: string) => Column | undefined,
) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [filters, setFilters] = useState<readonly LookFilter[]>([])
  const [order, setOrder] = useState<LookOrder | null>(null)
  const look = useWholeLook(file, dataset, true, () =>
    announce(`${file.name} is no longer what it was. Pallet reads it again.`),
  )
  const { state } = look
  const isWhole = state?.kind === 'whole'
  // Half a file is shown as it is: nobody knows yet what the steps find in the rest.
  const isWorked = wanted !== null && isWhole
  const view = isWorked ? wanted.view : null
  const spanText = isWorked ? JSON.stringify(wanted.span) : ''
  const map = useMemo(
    () => headerMapOf(preview.columns, dataset, { header: file.choices.header }),
    [preview, dataset, file.choices.header],
  )
  const places = useMemo(() => {
    if (!isWorked) return null
    const { steps, since, upTo } = wanted.span
    const labels = preview.columns.map(({ label }) => label)
    const under = spanUnder([...steps], map, { since, upTo })
    return workedPlaces(under.recipe, knownLabels(labels, map), under.since, under.upTo)
    // `spanText` says the same of the span, which is a new object each time.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [isWorked, spanText, preview, map])
  const { shown, head } = useMemo(() => {
    const inView =
      places === null || view === null
        ? columnsInFile(columns)
        : columnsOfView(places, view, columns, typeOf)
    return { shown: inView, head: headRows(preview).map((row) => rowInFile(row, inView)) }
  }, [preview, columns, places, view, typeOf])
  const isPlain = filters.length === 0 && order === null
  const looked: Looked = {
    file,
    dataset,
    seen: preview.columns,
    columns: places === null ? columns : shown.map(({ column }) => column),
    filters,
    order,
  }
  const known = state?.rows ?? 0
  const pageOf = (page: number, rowsKnown: number, isChecked: boolean): PageQuery<ShownRow> =>
    places === null || wanted === null
      ? rowsQuery(client, looked, page, rowsKnown, isChecked)
      : {
          queryKey: [
            'worked',
            file.source,
            file.choices.reading,
            dataset?.name,
            file.choices.header,
            spanText,
            wanted.view,
            filters,
            needsCheck(filters) ? columns : null,
            order,
            page,
            rowsKnown,
          ],
          queryFn: async ({ signal }) => {
            const asked = { page, known: rowsKnown }
            const { span, view: shownAs } = wanted
            const answer = await workedPage(client, looked, span, shownAs, asked, signal)
            const rows = answer.rows.map((row) =>
              rowOfView(row, places, wanted.view, wanted.span.steps),
            )
            return { rows, total: answer.total }
          },
          staleTime: Infinity,
          gcTime: 60_000,
        }
  // Only when everything has been read it is known how many rows are wanted.
  const chosen = useQuery({
    ...pageOf(0, pageRows, checked),
    enabled: !isPlain && isWhole,
  })
  const rows = isPlain ? Math.max(known, head.length) : (chosen.data?.total ?? 0)
  const source: RowSource = {
    rows,
    head: isPlain ? head : [],
    page: (page) => pageOf(page, isPlain ? known : rows, checked),
    isOpen: isPlain ? known > 0 : isWhole,
    earlier: (page) =>
      queryClient.getQueryData<{ rows: ShownRow[]; total: number }>(
        pageOf(page, isPlain ? known : rows, false).queryKey,
      ),
  }
  return {
    look,
    isWhole,
    source,
    shown,
    /** The view that is on screen. */
    view: view ?? ('before' as const),
    filters,
    order,
    viewKey: JSON.stringify([filters, order]),
    /** What is being looked for and not found yet, and what went wrong with it. */
    isLooking: !isPlain && chosen.isFetching,
    problem: !isPlain && chosen.isError ? chosen.error : null,
    setFilters,
    setOrder,
    rowOfLine: (line: number) => {
      if (places === null || wanted === null) return rowOfLine(client, looked, null, line)
      const { steps, ...between } = wanted.span
      const shown = { ...between, recipe: [...steps], view: wanted.view }
      return rowOfLine(client, looked, shown, line)
    },
  }
}
