import { queryOptions } from '@tanstack/react-query'
import type { Dataset } from '../../../shared/domain/dataset.ts'
import type { Client } from '../../host/host.ts'
import type { ChosenFile } from '../drop/chosenFiles.ts'

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
