/**
 * Records that a pivot makes of others: `rec` becomes `(rec - 1) * parts + part`, so that of each the record of the file is known,
 * and the order is that of the file. Line and place in the file are those of the record that it was made of. One that was put together of
 * several is the first of them, and those that became part of it stand in a table.
 */
import { type FittedStep, isPivot } from '../../../shared/domain/recipe/recipeFit.ts'

export interface Pivot {
  /** The place of its step in the recipe. */
  index: number
  /** How many records it makes of one; 1 where it puts several together. */
  parts: number
}

/** What a pivot has made, worked. */
export interface Pivoted extends Pivot {
  /** Records of the file, those of them that the pivot was given, and those that were held back before. */
  records: number
  entered: number
  failedBefore: number
  /** What steps behind it took of what it made, as Parquet: `rec`, `step` (its id; null: it has no value for the record). */
  takenFiles: string[]
  /** Records that became part of another one, as Parquet: lineage, `lead`; null: it puts none together. */
  joined: { file: string; records: number } | null
}

export function pivotOf(steps: readonly FittedStep[]): Pivot | null {
  const found = steps.find(({ step }) => isPivot(step))
  return found === undefined ? null : { index: found.index, parts: partsBy(found) }
}

export function partsBy({ step, on }: FittedStep): number {
  return step.kind === 'pivot-longer' ? on.length : 1
}

/** The ordinal in the file of the record of which this one is made. */
export function sourceOf(pivot: Pick<Pivot, 'parts'> | null, rec = 'rec'): string {
  return pivot === null ? rec : `((${rec} - 1) // ${pivot.parts} + 1)`
}

/** Every record that may be made of those which a statement selects as `source`. */
export function partsOf({ parts }: Pick<Pivot, 'parts'>, sources: string): string {
  return `SELECT (source - 1) * ${parts} + unnest(range(1, ${parts + 1})) AS rec FROM (${sources})`
}
