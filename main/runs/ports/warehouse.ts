import type { ControlTotals } from '../../../shared/domain/runs/controlTotals.ts'
import type { Table } from '../../../shared/domain/warehouse/contents.ts'
import type { LoadedExtract } from '../../../shared/domain/arriving/extract.ts'
import type { LandedBatch } from '../../../shared/domain/streams/stream.ts'
import type { Outline } from '../../../shared/domain/files/outline.ts'
import type { Measures } from '../../../shared/domain/rules/wholeRules.ts'
import type { ReadingSas } from './accounts.ts'
import type { PrepareOutput } from './cleaning.ts'
import type { Control } from './control.ts'
import type { TokenKey } from './outside.ts'
import type { Column, OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import type { Overlap } from '../../../shared/domain/runs/decision.ts'
import type { Delivery } from '../../../shared/domain/runs/delivery.ts'
import type { Meaning } from '../../../shared/domain/datasets/meaning.ts'

/** How to reach a warehouse: secrets included, so it lives in memory only. */
export type WarehouseAccess =
  | {
      kind: 'duckdb'
      /** Its file. */
      file: string
    }
  | {
      kind: 'snowflake'
      account: string
      address: string
      /** The virtual one, which does the work. */
      warehouse: string
      database: string
      schema: string
      role?: string | undefined
      /** How it reads blobs in Azure by itself; absent: files are sent to it. */
      blobs?: BlobReading
      signIn:
        | { by: 'key-pair'; user: string; key: string; passphrase?: string | undefined }
        | { by: 'token'; user: string; token: string }
        | {
            by: 'oauth'
            client: string
            secret: string
            tokenAddress: string
            scope?: string | undefined
          }
        /** As whom Azure knows this computer; `client`: a managed identity of several. */
        | { by: 'azure'; client?: string | undefined; resource?: string | undefined }
    }
  | {
      kind: 'databricks'
      /** Of the workspace. */
      url: string
      /** The id of the SQL warehouse, which does the work. */
      warehouse: string
      catalog: string
      schema: string
      /** In the same schema: files pass through it. */
      volume: string
      signIn:
        | { by: 'token'; token: string }
        | { by: 'client'; client: string; secret: string; tokenAddress: string; scope: string }
    }

/** By what right a warehouse reads blobs where they lie: one that Pallet hands it for a while, or one that it was given there, by its name. */
export type BlobReading = { by: 'sas' } | { by: 'integration' | 'stage'; name: string }

/** The output file as a blob that a warehouse fetches by itself. */
export interface BlobToLoad {
  /** Of its account, as CONTOSO.blob.core.windows.net. */
  host: string
  container: string
  name: string
  /** Reads the container for a while; null: the warehouse has a right of its own. In memory only. */
  sas: ReadingSas | null
}

/** How to reach one kind of warehouse. */
export type AccessOf<Kind extends WarehouseAccess['kind']> = Extract<
  WarehouseAccess,
  { kind: Kind }
>

export interface LoadInput {
  warehouse: WarehouseAccess
  runId: string
  dataset: string
  /** As people write it: with its schema, or with database and schema, where it does not lie in that of the connection. */
  table: string
  meaning: Meaning
  /** The run whose delivery this one takes the place of. */
  corrects: string | null
  /** The run to whose delivery this one adds rows: `meaning` is that of its file. */
  completes: string | null
  /** The records of a topic that it lands: refused where others have landed them. */
  batch?: LandedBatch
  /** Where an extract has come from and to: refused where others have gone on with it. */
  extract?: LoadedExtract
  file: string
  /** Where the file lies for the warehouse, too; absent: only here. */
  blob?: BlobToLoad
  /** What the rows of the file add up to; absent: nobody has added them up yet. */
  totals?: ControlTotals
  format: OutputFormat
  columns: Column[]
  /** Columns by which rows of the file were put together: a row that is fixed later may not have these cells of one that is there. */
  together?: readonly string[]
  /** Whether a table that lacks some of them, and nothing else keeps the rows out of, gets them. */
  addsColumns: boolean
  /** Rows the output file has; anything else stops the load. */
  rows: number
  sourceSha256: string
  /** The rows are there already, for the warehouse has cleaned them; there is no file. */
  cleaned?: CleanedRows
}

/** Rows that a warehouse has cleaned, and what they add up to. */
export interface CleanedRows {
  /** Beside the table that they are for. */
  table: string
  totals: ControlTotals
}

/** Records that the warehouse is to clean, of a run for a table beside which it is done. */
export interface CleanThereInput extends Pick<PrepareOutput, 'parts' | 'width' | 'sql'> {
  warehouse: WarehouseAccess
  runId: string
  table: string
  columns: Column[]
  /** What of the records may be held back, those included that reading has held back; more of them, and no row is kept. */
  allowed: { records: number; heldBefore: number; share: number }
  /** UTC, ISO 8601. */
  at: string
  /** Receives a line for each record that is held back: its number, and its reasons as JSON. */
  heldFile: string
}

export interface CleanThereOutput {
  clean: number
  quarantined: number
  /** What each step that drops records has dropped, in their order. */
  dropped: number[]
  /** null: too much was held back. */
  rows: CleanedRows | null
}

/** A run of which nothing is needed any more where its rows were cleaned. */
export interface RemoveThereInput extends Pick<
  CleanThereInput,
  'warehouse' | 'runId' | 'table' | 'at'
> {}

export interface LoadOutput {
  /** Rows of this run that the warehouse reports after the commit. */
  rows: number
  /** Rows in the table after the commit. */
  tableRows: number
  /** Rows that it took the place of. */
  removed: number
  /** Whether the ledger said that this run had been loaded before. */
  already: boolean
}

/** Rows of other runs that a row may not share these cells with. `byDay`: of an instant its day counts; `withEmpty`: an empty cell is a value, too. */
export interface Clash {
  by: readonly string[]
  runs: readonly string[]
  byDay: boolean
  withEmpty: boolean
}

/** What a load would do. */
export interface ForeseeOutput {
  /** Rows of the table that would go out; 0 where it lacks columns. */
  out: number
  /** Names of columns that the table would have to get, which nobody has allowed. */
  lacking: string[]
}

export interface DeliveriesInput {
  warehouse: WarehouseAccess
  table: string
}

export interface ContentsInput {
  warehouse: WarehouseAccess
  /** Whose schema it is about; that of the connection, unless it is named with another. */
  table?: string | undefined
  /** Or this one, which may be named with its database or catalog. */
  schema?: string | undefined
}

/** What stands in the schema of a warehouse. */
export interface ContentsOutput {
  /** Without those of Pallet's own. */
  tables: Pick<Table, 'table' | 'named' | 'rows'>[]
  /** All that was ever delivered, oldest first. */
  deliveries: Delivery[]
}

export interface FileTotalsInput extends Pick<LoadInput, 'file' | 'format' | 'columns'> {
  /** Names of the columns that tell the rows apart; there may be none. */
  keys: readonly string[]
}

export interface MessagesInput extends Pick<LoadInput, 'file' | 'format' | 'columns'> {
  /** Names of columns. */
  key: readonly string[]
  /** The file to write: a message a line. */
  target: string
}

export interface TableTotalsInput extends Pick<FileTotalsInput, 'columns' | 'keys'> {
  warehouse: WarehouseAccess
  table: string
  /** Of the rows that are added up. */
  runId: string
}

export interface TableTotalsOutput {
  /** Without the columns that the table has no more, or of another type. No rows where there is no table. */
  totals: ControlTotals
  /** All that was ever delivered into the table, oldest first. */
  deliveries: Delivery[]
}

export interface ColumnValuesInput {
  warehouse: WarehouseAccess
  table: string
  /** Names of its columns. */
  keys: readonly string[]
  columns: readonly string[]
  /**
   * Becomes a Parquet file, all of it text: `k1` … the keys, each combination once and none of them empty; `v1` … the other columns
   * of a row with these keys; and `several`, whether rows with these keys differ in them.
   */
  file: string
}

export interface ColumnValuesOutput {
  /** Of the table. */
  rows: number
  /** The last delivery into it (UTC, ISO 8601); null: none that Pallet knows. */
  deliveredAt: string | null
}

export interface MeasureInput extends Pick<LoadInput, 'file' | 'format' | 'columns'> {
  /** How many rows the whole has, of which the file may be the beginning. */
  rows: number
  /** Names of the columns that rules ask to be measured exactly; null: there are no such rules. */
  measured: readonly string[] | null
}

export interface MeasureOutput {
  outline: Outline
  /** null: nothing was to be measured. */
  measures: Measures | null
}

export interface CompareInput {
  file: string
  format: OutputFormat
  columns: Column[]
  /** Where the hashes of its rows are kept. */
  hashes: string
  /** Those of earlier files. */
  earlier: { runId: string; hashes: string }[]
}

export interface CompareOutput {
  /** Rows that each of the earlier has in common with the file, in their order. */
  same: { runId: string; rows: number }[]
}

export interface LoadReport {
  /** null: nobody knows. */
  rowsDone: number | null
  doing: string
}

export interface UndoInput {
  warehouse: WarehouseAccess
  /** Into which the run has delivered, as it was named then. */
  table: string
  runId: string
  /** Only say what would be done. */
  dry: boolean
}

export interface UndoReport {
  doing: string
}

export interface UndoOutput {
  table: string
  /** Rows of the run, and of those that completed it, that go out, and rows of before that come back. */
  out: number
  back: number
  /** The runs that had completed it, and go with it. */
  completions: string[]
  /** Rows in the table now. */
  tableRows: number
  /** UTC, ISO 8601; null: it has only been asked for. */
  undoneAt: string | null
}

export interface Question {
  sql: string
  /** Of the rows that are answered. */
  limit: number
}

export interface QueryInput extends Question {
  warehouse: WarehouseAccess
}

export interface QueryOutput {
  columns: string[]
  rows: (string | null)[][]
  truncated: boolean
}

/** Somebody needs the warehouse who goes first: whoever carries the answering ends it. */
export type QueryReport = 'give way'

export interface QueryAnswers {
  /** The built-in engine's answer, from a process of its own. It settles when that process is gone. */
  answer: QueryOutput
}

/** Rows of a table that have one of the values in a column. */
export interface EraseRowsInput {
  warehouse: WarehouseAccess
  table: string
  column: string
  /** In small letters, without white space at their ends. */
  values: readonly string[]
  /** Only count them. */
  dry: boolean
}

export interface EraseRowsOutput {
  /** By the run that had brought them; null: this warehouse cannot be asked for it. */
  table: { runId: string; rows: number }[] | null
  /** Rows that went out of the table and are kept, by the run that had taken them out. */
  putAside: { runId: string; rows: number }[]
}

/** Rows of an output file that have one of the values in a column. */
export interface EraseInFileInput extends Pick<LoadInput, 'file' | 'format' | 'columns'> {
  /** Its name in the file. */
  column: string
  /** The values as above, or their tokens and the key that made them. */
  values: readonly string[]
  tokenKey?: TokenKey
  /** Receives the other rows, in their order; null: they are only counted. */
  target: string | null
}

/** A warehouse that is open for one piece of work. */
export interface Warehouse {
  /** What the ledger says of a run; null: it was never loaded. */
  find(runId: string): Promise<Delivery | null>
  /** All that was ever delivered into a table, oldest first. */
  deliveries(table: string): Promise<Delivery[]>
  /** Throws `table-mismatch` where the rows cannot go into the table. */
  check(input: LoadInput): Promise<void>
  /** Names of the columns that the table lacks, where nothing else keeps the rows out of it. */
  lacking(input: LoadInput): Promise<string[]>
  /** Brings the cells that decide which rows go out to where nobody sees them. Answers of how many rows they are. */
  stage(input: LoadInput): Promise<number>
  /** Staged rows that have an empty cell among these columns, and those whose cells there occur more than once. */
  keyFaults(keys: readonly string[]): Promise<{ empty: number; repeated: number }>
  /** How the file and the table overlap, in columns that both have; null: there is no table. */
  overlap(input: LoadInput, common: readonly Column[]): Promise<Overlap | null>
  /** How many rows of the table would go out for the file; what decides it is staged. */
  outgoing(input: LoadInput): Promise<number>
  /** How many staged rows share cells with rows of other runs, and these cells of the first few. */
  clashing(input: LoadInput, clash: Clash): Promise<{ rows: number; examples: string[] }>
  /**
   * In one transaction: rows that go out are put away, those of the file go in and are counted, and the ledger says
   * both. Tells which share has gone in. What `beforeCommit` throws takes all of it back.
   */
  publish(input: LoadInput, told: (share: number) => void, beforeCommit: () => void): Promise<void>
  /** Takes away what was made for a delivery and is not needed any more: after it, or by a try that finds it done. */
  tidy(delivery: Delivery, cleaned: CleanedRows | undefined): Promise<void>
  /** How many of the rows that went out for a delivery are still kept. */
  kept(delivery: Delivery): Promise<number>
  /** In one transaction, one after the other: its rows go out, what it had taken out comes back, and the ledger says when. */
  undo(deliveries: readonly Delivery[], at: string, beforeCommit: () => void): Promise<void>
  /** Rows of the run, and of the table, after the commit; 0 where there is no table. */
  count(table: string, runId: string): Promise<{ rows: number; tableRows: number }>
}

/** What implements a kind of warehouse. */
export interface WarehouseSystem<Access> {
  /**
   * Opens it for work that writes; one such work at a time. `width`: columns of the rows that come, if any do; `waits`: is told what it
   * is waited for.
   */
  open<Result>(
    access: Access,
    about: { doing: string; width: number | null; waits: (doing: string) => void },
    signal: AbortSignal,
    work: (warehouse: Warehouse) => Promise<Result>,
  ): Promise<Result>
  /**
   * Cleans records, and keeps the clean rows where `load` finds them. Can be killed anywhere and repeated; what an earlier try has
   * left is taken away. Absent: it cannot.
   */
  clean?(
    access: Access,
    input: Omit<CleanThereInput, 'warehouse'>,
    control: Control<LoadReport>,
  ): Promise<CleanThereOutput>
  /** Takes away what cleaning has left of a run; answers how many tables it was. Absent: it cannot clean. */
  removeCleaned?(
    access: Access,
    input: Omit<RemoveThereInput, 'warehouse'>,
    signal: AbortSignal,
  ): Promise<number>
  /** All that was ever delivered into a table, oldest first; it is made by none of this. */
  deliveries(access: Access, table: string, signal: AbortSignal): Promise<Delivery[]>
  /** What stands there; it changes nothing. */
  contents(access: Access, signal: AbortSignal): Promise<ContentsOutput>
  /** What the rows of a run add up to in their table, and what the ledger says; it changes nothing. */
  tableTotals(
    access: Access,
    input: Omit<TableTotalsInput, 'warehouse'>,
    signal: AbortSignal,
  ): Promise<TableTotalsOutput>
  /** See `ColumnValuesInput`. null: the table has no such columns. */
  columnValues(
    access: Access,
    input: Omit<ColumnValuesInput, 'warehouse'>,
    signal: AbortSignal,
  ): Promise<ColumnValuesOutput | null>
  /** See `EraseRowsInput`. Absent: rows of one person cannot be taken out there. */
  erase?(
    access: Access,
    input: Omit<EraseRowsInput, 'warehouse'>,
    signal: AbortSignal,
  ): Promise<EraseRowsOutput>
  query(
    access: Access,
    question: Question,
    control: Control<QueryReport, QueryAnswers>,
  ): Promise<QueryOutput>
}
