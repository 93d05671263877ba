import type { Dataset } from '../../shared/domain/dataset.ts'
import type { Preview } from '../../shared/domain/preview.ts'

/**
 * What is not sure about a file, apart what was told of the last delivered one of its dataset in the same words.
 * A dataset that knows its columns is not in doubt about their types.
 */
export function doubtsOf(
  { detected, columnDoubts }: Preview,
  dataset: Dataset | null,
  told: readonly string[] = [],
): { fresh: string[]; known: string[] } {
  const all = [...detected.doubts, ...((dataset?.contract ?? null) === null ? columnDoubts : [])]
  return {
    fresh: all.filter((sentence) => !told.includes(sentence)),
    known: all.filter((sentence) => told.includes(sentence)),
  }
}
