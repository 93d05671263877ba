import type { Column } from '../../../shared/domain/datasets/dataset.ts'

/** A person, as they are looked for. */
export interface Wanted {
  column: Column
  /** In small letters: the values, their hashes and their tokens. */
  forms: readonly string[]
  /** Only the values. */
  plain: readonly string[]
}

export const plainOf = (value: string): string => value.trim().toLowerCase()
