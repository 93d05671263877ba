import type { RecipeEffect, WorkedRow } from '../../../shared/domain/recipe/effect.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import type { ProfileInput } from './cleaning.ts'
import type { LookFiles } from './looking.ts'

export interface EffectInput extends Pick<
  ProfileInput,
  'recordsFile' | 'labels' | 'labelsInFile' | 'writtenAs' | 'recipe' | 'outside'
> {
  /** Removed afterwards. */
  workFolder: string
  /** By the place of a step that compares records: receives, as Parquet, which it takes as duplicates, or how it puts them together. */
  comparedFiles: string[]
  /** Receives `rec` and `step` as Parquet: which step (its place) changes a cell of which record, drops it or has no value for it; null: nobody asks. */
  changedFile: string | null
}

export type EffectOutput = RecipeEffect

/** How much is done, from 0 to 1. */
export interface EffectReport {
  share: number
}

export interface CutInput {
  files: Pick<LookFiles, 'records' | 'index'>
  /** Ordinals, ascending. */
  records: number[]
  /** So many that stand above each of them come with it. */
  above: number
  /** Receives the records as they stand in their file. */
  target: string
}

/** The pieces that were cut out of the file: the ordinals that they begin with, ascending. */
export type CutOutput = number[]

export interface WorkInput extends Pick<
  ProfileInput,
  'labels' | 'labelsInFile' | 'writtenAs' | 'outside'
> {
  recipe: Recipe
  /** Steps of the recipe, counted from its beginning: before these rows are shown, and after those. */
  since: number
  upTo: number
  /** What `cut` has written, and its pieces. */
  recordsFile: string
  pieces: CutOutput
  /** Ordinals of the records that are wanted. */
  records: number[]
  comparedFiles: EffectInput['comparedFiles']
  workFolder: string
}

export interface WorkOutput {
  /** Of the wanted records, in no order. */
  rows: WorkedRow[]
  /** Whether all that they take from above was among the records. */
  isSure: boolean
}
