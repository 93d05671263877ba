import type { LookFilter, LookOrder, LookView } from '../../../shared/domain/files/look.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import type { ProfileInput } from './cleaning.ts'

/** What there is of a file that is looked at. Files that are not there (yet) have nothing in them. */
export interface LookFiles {
  /** Canonical records, and where they stand in their file (`ReadInput.indexFile`). */
  records: string
  index: string
  /** `record,repair` a line: rows that were mended. */
  repaired: string
  /** One `HeldRow` a line: rows whose structure is broken. */
  broken: string
  /** The same of rows that would be held back for their cells; null: nobody has checked. */
  held: string | null
  /** `record,rule` a line: rows that would be dropped; null: nobody has checked. */
  dropped: string | null
  /** `EffectInput.changedFile`, and from which step on to below which; null: nobody asks for it. */
  changed: { file: string; since: number; upTo: number } | null
  /** What `select` has written; null: every row, as the file has them. */
  chosen: string | null
}

export interface PageInput {
  files: LookFiles
  /** Row, from 0. */
  from: number
  limit: number
}

export interface FindInput {
  files: LookFiles
  /** Of the source, from 1. */
  line: number
}

export interface SelectInput extends Pick<
  ProfileInput,
  'labels' | 'labelsInFile' | 'writtenAs' | 'recipe' | 'outside' | 'workFolder'
> {
  files: LookFiles
  /** In which cells a text is looked for: those that these steps leave between two places, as they are shown; null: those of the file. */
  shown: {
    recipe: Recipe
    since: number
    upTo: number
    view: LookView
    /** As in a `WorkInput`. */
    comparedFiles: string[]
  } | null
  /** The columns that are named below. */
  columns: Column[]
  /** All of them hold. */
  filters: LookFilter[]
  order: LookOrder | null
  /** Receives the ordinals of the chosen records, as numbers of eight bytes (little endian). */
  chosenFile: string
}
