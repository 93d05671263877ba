import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Column, Dataset } from '../../../shared/domain/dataset.ts'
import type { LookFilter, LookOrder } from '../../../shared/domain/look.ts'
import type { Preview } from '../../../shared/domain/preview.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient } from '../../core/core.tsx'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { type View, type WholeLook, rowOfLine, rowsQuery, useWholeLook } from '../../core/looks.ts'
import type { RowSource } from './FileGrid.tsx'
import { headRows } from './tableLayout.ts'

interface Wish {
  filters: readonly LookFilter[]
  order: LookOrder | null
}

const everything: Wish = { filters: [], order: null }

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

/** The rows of a file as they are wanted: the first at once, the others as the file is read. */
export function useFileRows(
  file: ChosenFile,
  dataset: Dataset | null,
  preview: Preview | undefined,
  columns: readonly Column[],
  checked: boolean,
) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [wished, setWished] = useState<Wish & { file: string }>({ file: file.key, ...everything })
  const { filters, order } = wished.file === file.key ? wished : everything
  const look = useWholeLook(file, dataset, preview !== undefined, () =>
    announce(`${file.name} is no longer what it was. Pallet reads it again.`),
  )
  const { state } = look
  const head = useMemo(() => (preview === undefined ? [] : headRows(preview)), [preview])
  const isPlain = filters.length === 0 && order === null
  const view: View = { file, dataset, seen: preview?.columns ?? [], columns, filters, order }
  const known = state?.rows ?? 0
  const isWhole = state?.kind === 'whole'
  // Only when everything has been read it is known how many rows are wanted.
  const chosen = useQuery({
    ...rowsQuery(client, view, 0, Infinity, checked),
    enabled: !isPlain && isWhole,
  })
  const rows = isPlain ? Math.max(known, head.length) : (chosen.data?.total ?? 0)
  const pageOf = (page: number, isChecked: boolean) =>
    rowsQuery(client, view, page, isPlain ? known : rows, isChecked)
  const source: RowSource = {
    rows,
    head: isPlain ? head : [],
    page: (page) => pageOf(page, checked),
    isOpen: isPlain ? known > 0 : isWhole,
    earlier: (page) => queryClient.getQueryData(pageOf(page, false).queryKey),
  }
  return {
    look,
    isWhole,
    source,
    filters,
    order,
    viewKey: JSON.stringify([filters, order]),
    /** What is being looked for and not found yet, and what went wrong with it. */
    isLooking: !isPlain && chosen.isFetching,
    problem: !isPlain && chosen.isError ? chosen.error : null,
    setFilters: (next: readonly LookFilter[]) =>
      setWished({ file: file.key, filters: next, order }),
    setOrder: (next: LookOrder | null) => setWished({ file: file.key, filters, order: next }),
    rowOfLine: (line: number) => rowOfLine(client, view, line),
  }
}
