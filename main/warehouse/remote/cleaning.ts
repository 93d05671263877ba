/** Records cleaned by the warehouse that they are for, whichever it is, and the rows kept there until they are loaded. */
import { randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import type { Control } from '../../runs/ports/control.ts'
import type {
  CleanThereInput,
  CleanThereOutput,
  LoadInput,
  LoadReport,
} from '../../runs/ports/warehouse.ts'
import { type TotalWords, totalsFrom, totalsOf } from '../totals.ts'
import { unbalanced } from '../unbalanced.ts'
import { checkTotals } from './parts.ts'
import type { Row, Statements } from './statements.ts'
import type { Catalogue } from './tables.ts'

/** What each warehouse does in its own way. */
export interface CleaningPlace extends Statements {
  /** What people call it. */
  readonly system: string
  readonly words: TotalWords
  /** Brings the records into a table, all of them, and answers with its name as part of a statement. */
  bring(told: (share: number) => void): Promise<string>
  /** Makes a table of what a query answers, and answers with its name as part of a statement. */
  judge(query: string): Promise<string>
  /** Makes a table with these columns, and of what a query answers its rows. */
  keep(table: string, columns: readonly Column[], query: string): Promise<void>
  /** The answer of a query, of any length. */
  stream(query: string): Promise<AsyncIterable<Row>>
}

/** As `WarehouseSystem.clean` says. */
export async function cleanIn(
  place: CleaningPlace,
  input: Omit<CleanThereInput, 'warehouse'>,
  { signal, report }: Pick<Control<LoadReport>, 'signal' | 'report'>,
): Promise<CleanThereOutput> {
  const { parts, columns, sql, allowed, runId, at } = input
  const sent = parts.reduce((sum, { rows }) => sum + rows, 0)
  const sending = `Sending the records to ${place.system}`
  report({ rowsDone: 0, doing: sending })
  const records = await place.bring((share) =>
    report({ rowsDone: Math.floor(share * sent), doing: sending }),
  )
  report({ rowsDone: null, doing: `${place.system} cleans the records` })
  const judged = await place.judge(
    `WITH pallet_records AS (SELECT * FROM ${records}) ${sql.judged}`,
  )
  const ofJudged = `WITH pallet_judged AS (SELECT * FROM ${judged}) `
  const [counts = []] = await place.rows(`${ofJudged}${sql.counts}`)
  const [came = 0, differing = 0, clean = 0, quarantined = 0, ...dropped] = counts.map(Number)
  if (came !== sent || differing !== sent) throw notAsSent(place.system, sent, came)
  signal.throwIfAborted()
  const { heldBefore, share } = allowed
  const tooMany = allowed.records > 0 && (quarantined + heldBefore) / allowed.records > share
  const doing = `Fetching what ${place.system} holds back`
  const written = await writeHeld(
    quarantined === 0 ? [] : await place.stream(`${ofJudged}${sql.held}`),
    input.heldFile,
    (rows) => report({ rowsDone: rows, doing }),
    signal,
  )
  if (written !== quarantined) throw notAsSent(place.system, quarantined, written)
  if (tooMany) return { clean, quarantined, dropped, rows: null }
  const table = cleanedName(place, runId, at)
  report({ rowsDone: null, doing: `${place.system} keeps the clean rows` })
  await place.keep(table, columns, `${ofJudged}${sql.clean}`)
  const [row = []] = await place.rows(
    `SELECT ${totalsOf(columns, [], place.words)} FROM ${place.named(table)}`,
  )
  const totals = totalsFrom(row, columns, [])
  if (totals.rows !== clean) throw notAsSent(place.system, clean, totals.rows)
  await dropLeft(place, { runId, at }, table)
  return { clean, quarantined, dropped, rows: { table, totals } }
}

/** The table with the clean rows of a run, as it was left. Throws `cleaned-gone` where there is none any more. */
export async function cleanedTable(
  statements: Statements,
  { find }: Pick<Catalogue, 'find'>,
  input: LoadInput & { cleaned: NonNullable<LoadInput['cleaned']> },
  words: TotalWords,
  system: string,
): Promise<{ table: string; rows: number }> {
  const { cleaned, columns } = input
  const { table, totals } = cleaned
  if ((await find(statements, table)) === null)
    throw new Problem({
      code: 'cleaned-gone',
      what: `${system} does not have the rows any more that it had cleaned for the run ${input.runId}.`,
      did: 'Pallet has it clean the file again.',
    })
  const [there] = await statements.rows(
    `SELECT ${totalsOf(columns, [], words)} FROM ${statements.named(table)}`,
  )
  const rows = Number(there?.[0])
  if (rows !== input.rows) throw unbalanced(input, rows, 'are kept there')
  checkTotals(input, totals, there, system)
  return { table, rows }
}

/** A line for each record: its number, and its reasons as JSON, both as CSV has them. They come in the order of the records. */
async function writeHeld(
  reasons: AsyncIterable<Row> | readonly Row[],
  target: string,
  told: (records: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const file = await open(target, 'w')
  try {
    let records = 0
    let batch = ''
    let record = ''
    let ofRecord: object[] = []
    const end = (): void => {
      if (ofRecord.length === 0) return
      records += 1
      batch += `${record},"${JSON.stringify(ofRecord).replaceAll('"', '""')}"\n`
      ofRecord = []
    }
    for await (const [rec, code, column, value, message] of reasons) {
      if (record !== rec) end()
      record = String(rec)
      ofRecord.push({ code, column: column ?? '', value: value ?? '', message })
      if (batch.length < batchCharacters) continue
      await file.writeFile(batch)
      batch = ''
      told(records)
      signal.throwIfAborted()
    }
    end()
    await file.writeFile(batch)
    return records
  } finally {
    await file.close()
  }
}

const batchCharacters = 256 * 1024

/** Begins the name of a table with clean rows; then come the day, the run, and a part of its own for every try, so that what a lost statement does late meets nobody. */
const cleanedPrefix = '_pallet_cleaned_'
/** For so long a run can be answered, paused or tried again without being cleaned anew. */
const keptDays = 30

const dayOf = (at: Date): string => at.toISOString().slice(0, 10).replaceAll('-', '')

function cleanedName({ folded }: Statements, runId: string, at: string): string {
  const day = dayOf(new Date(at))
  // The id of a run may be a name that is not folded.
  return folded(`${folded(cleanedPrefix)}${day}_${runId}_${randomUUID().slice(0, 8)}`)
}

/** Takes away what tries of the run have left, but one table, and what nobody has come back for in a month; answers how many tables it was. */
export async function dropLeft(
  statements: Statements,
  { runId, at }: Pick<CleanThereInput, 'runId' | 'at'>,
  except?: string,
): Promise<number> {
  const there = await statements.rows(
    'SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = CURRENT_SCHEMA() AND STARTSWITH(TABLE_NAME, ?)',
    [statements.folded(cleanedPrefix)],
  )
  const oldest = dayOf(new Date(Date.parse(at) - keptDays * 24 * 3600_000))
  let dropped = 0
  for (const [name] of there) {
    const [, day = '', run = ''] =
      /^(\d{8})_(.*)_[0-9a-f]{8}$/i.exec(String(name).slice(cleanedPrefix.length)) ?? []
    if (name === except || (run.toLowerCase() !== runId.toLowerCase() && day >= oldest)) continue
    await statements.rows(`DROP TABLE IF EXISTS ${statements.named(String(name))}`)
    dropped += 1
  }
  return dropped
}

function notAsSent(system: string, sent: number, there: number): Problem {
  return new Problem({
    code: 'account-unbalanced',
    what: `${system} was to have ${plural(sent, 'row')}, each once, and has ${formatCount(there)}.`,
    did: 'Pallet loaded nothing; the table is as it was.',
    advice:
      'Start the run again. If it happens again, send the log file to whoever looks after Pallet.',
  })
}
