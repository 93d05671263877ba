/** What a look at all records says of them. */

/** What is known of the numbers of amounts; `kinds` of theirs. One that two chunks share may be counted twice. */
export type AmountFacts = Pick<ColumnFacts, 'kinds' | 'fraction'>

/** What is known of a column. */
export interface ColumnFacts {
  /** How many cells are of each kind (`kind`), of the records that no step for totals or headers may take. */
  kinds: number[]
  /** The most digits after a mark; see `CellKind.fraction`. */
  fraction: { '.': number; ',': number }
  /** Dates with dots between their parts that can be read day first and month first. */
  dottedTies: number
  /** Times of day and durations that say seconds. */
  withSeconds: number
  /** By unit: the numbers of the amounts, looked at where a limit was set or a unit is expected, for it takes time. */
  amounts: Map<string, AmountFacts>
  /** Whether `trim` and `unwrap-formulas` change a cell. */
  trims: boolean
  unwraps: boolean
  /** The tokens that `empty-tokens` finds, in lower case. */
  tokens: Set<string>
  /** Whether a filled cell is not plain for the type that was expected. */
  irregular: boolean
  /** Whether the engine's own cast makes the value of every filled cell that is plain, without a look at it. */
  castable: boolean
}

export interface Facts {
  columns: ColumnFacts[]
  records: number
  /** Of these in the records file. */
  bytes: number
  /** `rec` of the last record. */
  lastRecord: number
  /** Records that are not plain. */
  suspects: number
}
