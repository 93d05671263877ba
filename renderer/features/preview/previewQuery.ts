import { queryOptions } from '@tanstack/react-query'
import type { Dataset } from '../../../shared/domain/dataset.ts'
import type { ProblemCode } from '../../../shared/domain/problem.ts'
import type { Client } from '../../core/host.ts'
import { problemOf } from '../../core/problem.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'

/** Problems that sending would only meet again: the file has nothing that could be sent. */
const hopeless: readonly ProblemCode[] = [
  'not-found',
  'source-missing',
  'source-unreadable',
  'source-empty',
  'source-folder',
  'source-binary',
  'url-not-found',
]

/** Whether what a preview failed with says that sending the file cannot succeed. */
export function isHopeless(thrown: unknown): boolean {
  return thrown !== null && thrown !== undefined && hopeless.includes(problemOf(thrown).code)
}

/** The first rows of a file, read by the person's choice, else as its dataset remembers, else as detected. */
export function previewQuery(client: Client, file: ChosenFile, dataset: Dataset | null) {
  const dialect = file.choices.dialect ?? dataset?.dialect ?? null
  return queryOptions({
    queryKey: ['preview', file.source, dialect] as const,
    queryFn: ({ signal }) =>
      client.sources.preview(
        { source: file.source ?? '', ...(dialect === null ? {} : { dialect }), rows: 200 },
        { signal },
      ),
    gcTime: 10 * 60_000,
  })
}
