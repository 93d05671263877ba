import type { StartRun } from '../../../shared/contract/contract.ts'
import { columnsFor } from '../../../shared/domain/columnChoice.ts'
import { environmentName, sandboxName, type Connection } from '../../../shared/domain/connection.ts'
import type {
  Column,
  Dataset,
  Destination,
  LoadMode,
  OutputFormat,
} from '../../../shared/domain/dataset.ts'
import { completeDestination } from '../../../shared/domain/names.ts'
import type { ChosenFile, Choices } from '../../core/chosenFiles.ts'

export const formatWords: Record<OutputFormat, string> = {
  csv: 'CSV',
  'csv.gz': 'CSV, compressed',
  parquet: 'Parquet',
}
export const modeWords: Record<LoadMode, string> = {
  append: 'Append to the table',
  replace: 'Replace the table',
}

/** Where a file goes: what the person chose, else what its dataset remembers, else the core's own defaults. */
export function targetOf(
  file: Pick<ChosenFile, 'name' | 'choices'>,
  dataset: Dataset | null,
  connections: readonly Connection[],
): Destination {
  const { choices } = file
  const { blob, ...chosen } = choices.destination
  return completeDestination(
    { ...chosen, blob: blob?.trim() || undefined },
    { name: choices.dataset.trim(), destination: dataset?.destination ?? null },
    file.name,
    {
      fallback: connections.some(({ name }) => name === environmentName)
        ? environmentName
        : sandboxName,
      containerOf: (name) =>
        connections.find((connection) => connection.name === name)?.container ?? null,
    },
  )
}

/** The destination in one line. */
export function targetSentence(target: Destination): string {
  return `To ${target.connection} · container ${target.container} · table ${target.table} · ${target.mode}`
}

/** What is wrong with a target, by field; empty when it can be used. */
export function targetErrors(target: Destination): Partial<Record<keyof Destination, string>> {
  return {
    ...(/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(target.container)
      ? {}
      : { container: 'Use 3 to 63 lower-case letters, digits and single hyphens.' }),
    ...(/^[a-z_][a-z0-9_]{0,62}$/.test(target.table)
      ? {}
      : { table: 'Use lower-case letters, digits and underscores, beginning with a letter.' }),
  }
}

/**
 * What `runs.start` is told: the destination as it was shown, reading and columns only when
 * the person changed them. The blob is left to the core unless it was named.
 */
export function startInput(
  choices: Choices,
  dataset: Dataset | null,
  target: Destination,
  seen: readonly Column[] | null,
): Omit<StartRun, 'source'> {
  const { blob, ...rest } = target
  const blobNamed = (choices.destination.blob ?? '').trim() !== ''
  return {
    dataset: choices.dataset.trim(),
    ...(choices.reading === null ? {} : { reading: choices.reading }),
    ...(seen === null
      ? {}
      : { columns: columnsFor(seen, dataset?.contract?.columns ?? null, choices.columns) }),
    destination: blobNamed ? { ...rest, blob } : rest,
  }
}
