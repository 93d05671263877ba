import type { Contract, OutputFormat, Recipe } from '../../../shared/domain/dataset.ts'
import type { Dialect } from '../../../shared/domain/dialect.ts'

export interface CleanInput {
  recordsFile: string
  labels: string[]
  /** The spool file and its encoding, from which the raw text of held-back records is cut. */
  sourceFile: string
  dialect: Dialect
  recipe: Recipe
  /** null: propose one from the whole file, and hold to it. */
  contract: Contract | null
  maxQuarantinedShare: number
  format: OutputFormat
  /** Folder for the output file and the engine's own temporary files; emptied first. */
  workFolder: string
  outputFile: string
  /** Receives this step's held-back records, one `HeldRow` a line. */
  quarantineFile: string
}

export interface CleanOutput {
  contract: Contract
  clean: number
  quarantined: number
  dropped: { rule: string; rows: number }[]
  bytes: number
}

export interface CleanReport {
  rowsDone: number
  doing: string
}
