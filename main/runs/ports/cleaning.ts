import type { Sample } from '../../../shared/domain/files/check.ts'
import type { Compared } from '../../../shared/domain/recipe/compared.ts'
import type { DecimalMark } from '../../../shared/domain/cells/cellPatterns.ts'
import type { CleaningWarehouse, Elsewhere } from '../../../shared/domain/recipe/cleanOn.ts'
import type { RawText } from '../../../shared/domain/files/reading.ts'
import type { Column, Contract, OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import type { Dropped, Recipe } from '../../../shared/domain/recipe/recipe.ts'
import type { Broken } from '../../../shared/domain/rules/rules.ts'
import type { Profile } from '../../../shared/domain/files/profile.ts'
import type { SimilarBy, SimilarGroup } from '../../../shared/domain/cells/similar.ts'
import type { Treatment } from '../../../shared/domain/privacy/personalRules.ts'
import type { Outside, TokenKey } from './outside.ts'
import type { Suggestion } from '../../../shared/domain/recipe/suggestion.ts'

/** What reading knows and hands on; cleaning knows no file format. */
export interface CleanInput {
  recordsFile: string
  labels: string[]
  /** Whether the labels stand in the file, so that they can be repeated inside it. */
  labelsInFile: boolean
  /** How labels stand in the file that the dataset knows otherwise. */
  writtenAs?: Readonly<Record<string, string>>
  /** Labels of columns that the contract does not know and takes up. */
  takenUp?: readonly string[]
  /** How the file most likely writes numbers: decides where every number of a column can be read in two ways. */
  conventions: { decimalMark: DecimalMark }
  /** The file that was read. */
  sourceFile: string
  raw: RawText
  recipe: Recipe
  /** null: propose one from the whole file, and hold to it. */
  contract: Contract | null
  /** Columns of which a person has said what they are, where there is no contract yet: the others are learnt. By label in the file, or as a step makes it. */
  chosen?: readonly Column[]
  /** The recipe behind which the contract was learnt; absent: this one. */
  learntBehind?: Recipe
  maxQuarantinedShare: number
  /** What steps of the recipe need. */
  outside?: Outside
  /** What rules of the contract need of other datasets. */
  references?: readonly Reference[]
  format: OutputFormat
  /** Folder for the output file and the engine's own temporary files; emptied first. */
  workFolder: string
  outputFile: string
  /** Each row begins with the record and the line that it comes from. */
  withLineage?: boolean
  /** The records are judged and counted, and no row is written, or so many of the first. */
  only?: 'counts' | { rows: number }
  /** Only these of the records; absent: all. */
  sample?: Sample
  /** Receives the records that the recipe drops: `record,kind of step` a line, in file order. Absent: they are counted only. */
  droppedFile?: string
  /** Receives this step's held-back records, one `HeldRow` a line. */
  quarantineFile: string
}

/** The values that a column of a dataset's table has: a file as of `ColumnValuesInput`, the column its only key. */
export interface Reference {
  dataset: string
  to: string
  file: string
}

export interface CleanOutput {
  contract: Contract
  /** About a contract that was proposed, in sentences; checkpoints of older versions have none. */
  doubts?: string[] | undefined
  clean: number
  quarantined: number
  /** In the order of the recipe. */
  dropped: Dropped[]
  /** Records more than those of the file that steps have made of what is not held back; absent: as many. */
  made?: number | undefined
  /** Names of the columns by which records were put together; absent: none were. */
  together?: string[] | undefined
  bytes: number
  /** Rows that go through though they break a rule; checkpoints of older versions have none. */
  warnings?: Broken[] | undefined
  /** Rules that let nothing leave when they are broken, and were. */
  stops?: Broken[] | undefined
}

/** Clean rows of which some columns may not leave as they are. */
export interface TreatInput extends Pick<CleanInput, 'format' | 'outputFile'> {
  /** As cleaning has written them, as Parquet, with these columns. */
  file: string
  columns: readonly Column[]
  treatments: readonly Treatment[]
  /** Where a column becomes tokens. */
  tokenKey?: TokenKey
}

/** Records that another engine is to clean. */
export interface HandOverInput extends Pick<
  CleanInput,
  'recordsFile' | 'labels' | 'labelsInFile' | 'recipe' | 'workFolder'
> {
  engine: Elsewhere
  contract: Contract
  /** Records of the file, and those that reading has held back. */
  records: number
  heldByReading: number
  /** What tables and views there begin with: lower-case letters, digits, underscores. */
  name: string
  /** Receives the records, as Parquet: `rec`, `line`, and the cells as they stand in the file, `c1` …, all text. */
  rowsFile: string
  /** Receives the statements. */
  scriptFile: string
  /** Where the engine finds the records; null: at `rowsFile`. */
  recordsAt: string | null
}

/** Records that a warehouse is to clean. */
export interface PrepareInput extends Pick<
  CleanInput,
  'recordsFile' | 'labels' | 'labelsInFile' | 'writtenAs' | 'recipe' | 'workFolder'
> {
  engine: CleaningWarehouse
  contract: Contract
  /** Of the records file. */
  records: number
  /** Made anew; receives the records as Parquet. */
  partsFolder: string
}

export interface PrepareOutput {
  parts: RecordsPart[]
  /** Cells of a record. */
  width: number
  sql: CleaningSql
  /** The steps that drop records, in the order of the recipe. */
  dropped: Dropped[]
}

/** A file with some of the records: `rec`, `line`, and the cells as they stand in the file, `c1` …, all text. */
export interface RecordsPart {
  path: string
  rows: number
}

/** Statements in the words of one engine, of `pallet_records` and of `pallet_judged`, which the first of them makes of it. */
export interface CleaningSql {
  judged: string
  /** One row: records, differing records, clean, held back, and what each step dropped. */
  counts: string
  /** A row for every reason, in the order of the file: record, code, column, value, sentence. */
  held: string
  /** The clean rows, by the names of the contract. */
  clean: string
}

/** A part of a stream that Spark cleans: its labels in the order of the cells `c1` …, and what they are held to. */
export interface BatchInput {
  labels: readonly string[]
  recipe: Recipe
  contract: Contract
}

/** Reasons that came back from where the records were cleaned. */
export interface BringHomeInput extends Pick<
  CleanInput,
  'recordsFile' | 'sourceFile' | 'raw' | 'workFolder' | 'quarantineFile'
> {
  /** Cells of a record. */
  width: number
  /** A line for each record that is held back: its number, and its reasons as JSON. */
  heldFile: string
}

/** What a file is cleaned under, before and after. */
export interface CompareDefinitionsInput extends Pick<
  CleanInput,
  'recordsFile' | 'labelsInFile' | 'conventions' | 'sourceFile' | 'raw'
> {
  before: Definition
  after: Definition
  /** So many of the first records; null: all. */
  sample: number | null
  /** Receives `comparedFiles`, and nothing else stays in it. */
  folder: string
}

/** All that is known of it but the rows. */
export type CompareDefinitionsOutput = Omit<Compared, 'rows'>

export interface ComparedRowsInput {
  /** What `compareDefinitions` has filled. */
  folder: string
  /** Only rows in which this column differs; null: all. */
  column: string | null
  /** Row, from 0. */
  from: number
  limit: number
}

type Definition = Pick<
  CleanInput,
  'labels' | 'recipe' | 'contract' | 'maxQuarantinedShare' | 'writtenAs' | 'takenUp' | 'outside'
>

export interface CleanReport {
  /** Of what is being done: every record is looked at, and every row written. null: nobody knows. */
  rowsDone: number | null
  doing: string
}

export interface ProfileInput extends Pick<
  CleanInput,
  | 'recordsFile'
  | 'labels'
  | 'labelsInFile'
  | 'writtenAs'
  | 'takenUp'
  | 'chosen'
  | 'conventions'
  | 'recipe'
  | 'outside'
  | 'learntBehind'
> {
  /** The columns as they are known; null: as the file suggests. */
  columns: Column[] | null
  /** Removed afterwards. */
  workFolder: string
}

/** `records`: those of the records file. */
export type ProfileOutput = Pick<Profile, 'records' | 'dropped' | 'columns' | 'hints'>

export interface SuggestInput extends ProfileInput {
  /** Labels of columns that are to stay, whatever they hold: the dataset has them. */
  kept: string[]
}

/** The steps that a file asks for behind its recipe, and what else a person should know. */
export interface SuggestOutput {
  suggestions: Suggestion[]
  hints: string[]
}

export interface SimilarInput extends ProfileInput {
  /** Label of the column, as the recipe leaves it. */
  column: string
  by: SimilarBy | null
}

export interface SimilarOutput {
  /** Different values in the column, and how many of them were looked at: of very many, the most frequent. */
  values: number
  looked: number
  groups: SimilarGroup[]
}
