import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Column, Dataset } from '../../shared/domain/datasets/dataset.ts'
import type { LookFilter, LookOrder, LookRow, LookState } from '../../shared/domain/files/look.ts'
import type { ProblemData } from '../../shared/domain/problem.ts'
import type { ChosenFile } from './chosenFiles.ts'
import { useClient } from './core.tsx'
import { follow } from './follow.ts'
import type { Client } from './host.ts'
import { headerMapOf } from './header.ts'
import { problemOf } from './problem.ts'
import { wholeFile } from './queries.ts'

/** How far a whole file has been read; `problem`: why it is not. */
export interface WholeLook {
  state: Exclude<LookState, { kind: 'changed' }> | null
  problem: ProblemData | null
}

const nothing: WholeLook = { state: null, problem: null }

/** Has a file read whole, and what was read kept, for as long as the caller is on screen. The first rows (`hasHead`) come first. */
export function useWholeLook(
  file: ChosenFile,
  dataset: Dataset | null,
  hasHead: boolean,
  onChanged: () => void,
): WholeLook & { again: () => void } {
  const client = useClient()
  const queryClient = useQueryClient()
  const { reading } = file.choices
  // One that remembers nothing reads no file otherwise.
  const name = dataset === null || dataset.reading === null ? null : dataset.name
  const [tries, setTries] = useState(0)
  const key = JSON.stringify([file.source, reading, name, tries])
  const [look, setLook] = useState({ key, ...nothing })
  const { source } = file
  const isReady = hasHead && file.arrival.state === 'here'
  useEffect(() => {
    if (source === null || !isReady) return
    const end = new AbortController()
    const tell = (told: WholeLook): void => {
      if (!end.signal.aborted) setLook({ key, ...told })
    }
    void follow(
      () =>
        client.looks.follow(
          {
            source,
            ...(reading === null ? {} : { reading }),
            ...(name === null ? {} : { dataset: name }),
          },
          { signal: end.signal },
        ),
      (state) => {
        if (state.kind !== 'changed') return tell({ state, problem: null })
        tell(nothing)
        onChanged()
        for (const subject of ['preview', 'check', 'profile', 'suggestions', 'rows', 'worked'])
          void queryClient.invalidateQueries({ queryKey: [subject, source] })
      },
      end.signal,
      (error) => {
        tell({ state: null, problem: problemOf(error) })
        end.abort()
      },
    )
    return () => end.abort()
    // `key` says the same of the reading, which is a new object each time.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [client, queryClient, key, isReady])
  return {
    ...(look.key === key ? look : nothing),
    again: () => setTries(tries + 1),
  }
}

/** What is looked through, and what of it is wanted. */
export interface View {
  file: ChosenFile
  dataset: Dataset | null
  /** As the file suggests them, and as they are chosen now. */
  seen: readonly Column[]
  columns: readonly Column[]
  filters: readonly LookFilter[]
  order: LookOrder | null
}

/** What is asked of a view. */
export function lookThrough({ file, dataset, seen, columns, filters, order }: View) {
  const named = new Set(
    [...filters, ...(order === null ? [] : [order])].flatMap((one) =>
      'column' in one && one.column !== null ? [one.column] : [],
    ),
  )
  const { renamed } = headerMapOf(seen, dataset, file.choices)
  return {
    ...wholeFile(file, dataset, seen).input,
    ...(dataset === null ? {} : { dataset: dataset.name }),
    filters: [...filters],
    order,
    // A dataset may know a column by another label than the file.
    typed: columns.filter(({ label }) => named.has(label) || named.has(renamed[label] ?? label)),
  }
}

/** Rows of a page, which is what is asked for at once. */
export const pageRows = 100

/** What asks for a page of rows, and how many rows there are in all. */
export interface PageQuery<Row> {
  queryKey: readonly unknown[]
  queryFn: (asked: { signal: AbortSignal }) => Promise<{ rows: Row[]; total: number }>
  staleTime: number
  gcTime: number
}

/** One page of rows. `known`: rows that are there, which more are to be while the file is read; `checked`: whether anybody knows what becomes of them. */
export const rowsQuery = (
  client: Client,
  view: View,
  page: number,
  known: number,
  checked: boolean,
): PageQuery<LookRow> => {
  const input = lookThrough(view)
  const from = page * pageRows
  const limit = Math.max(1, Math.min(pageRows, known - from))
  return {
    queryKey: ['rows', view.file.source, input, checked, from, limit],
    queryFn: ({ signal }) => client.looks.rows({ ...input, from, limit }, { signal }),
    staleTime: Infinity,
    gcTime: 60_000,
  }
}

/** The row, from 0, in which a line of the file stands; null: no row is there. `between`: as what the rows are shown, if not as the file has them. */
export function rowOfLine(
  client: Client,
  view: View,
  between: NonNullable<Parameters<Client['looks']['find']>[0]['between']> | null,
  line: number,
): Promise<number | null> {
  return client.looks.find({
    ...lookThrough(view),
    ...(between === null ? {} : { between }),
    line,
  })
}
