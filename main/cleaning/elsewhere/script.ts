/** A recipe and a contract as a script of SQL for an engine elsewhere: rows, what is held back with its reasons, and an account that decides whether the rows may be taken. */
import { basename } from 'node:path'
import { type Elsewhere, elsewhereNames } from '../../../shared/domain/recipe/cleanOn.ts'
import type { Contract } from '../../../shared/domain/datasets/dataset.ts'
import { type Dropped, droppedAs } from '../../../shared/domain/recipe/recipe.ts'
import { type FittedStep, shapedLabels } from '../../../shared/domain/recipe/recipeFit.ts'
import { formatCount, formatShare } from '../../../shared/domain/sizes.ts'
import type { CleaningSql } from '../../runs/ports/cleaning.ts'
import { matchColumns } from '../match.ts'
import { type Judged, judgedSql, valueName } from './judged.ts'
import { stepsSql } from './steps.ts'
import { type Words, wordsOf } from './words.ts'

export interface ScriptInput {
  engine: Elsewhere
  /** What the tables and views begin with: lower-case letters, digits, underscores. */
  name: string
  /** The records on this computer, as Parquet, and where the engine finds them; null: there. For Snowflake a file in a stage (`@…`). */
  rowsFile: string
  recordsAt: string | null
  labels: readonly string[]
  labelsInFile: boolean
  /** How labels stand in the file that are called otherwise here. */
  writtenAs?: Readonly<Record<string, string>> | undefined
  steps: readonly FittedStep[]
  contract: Contract
  /** Records of the file, and those of them that reading has held back, so that they are not there. */
  records: number
  heldByReading: number
}

/** What the statements of a run call the records and what is known of them; whoever works them says which tables these are. */
const recordsTable = 'pallet_records'
const judgedTable = 'pallet_judged'

/** Names of what the script makes. */
export const madeNames = (name: string) => ({
  records: `${name}_records`,
  judged: `${name}_judged`,
  account: `${name}_account`,
  verdict: `${name}_verdict`,
  clean: `${name}_clean`,
  held: `${name}_held`,
})

/** The statements, without what ends them. Throws `contract-mismatch` where the columns are not those of the contract. */
export function scriptStatements(input: ScriptInput): string[] {
  const made = madeNames(input.name)
  const { setUp, from, kept } = bringing[input.engine](input, made.records)
  const cleaning = cleaningOf(input, from)
  const { words, judged, values } = cleaning
  return [
    ...setUp,
    `DROP TABLE IF EXISTS ${made.judged}`,
    `CREATE TABLE ${made.judged}${kept} AS\n${judged.sql}`,
    `CREATE OR REPLACE VIEW ${made.account} AS\n${accountSql(input, cleaning, made.judged)}`,
    `CREATE OR REPLACE VIEW ${made.verdict} AS\n${verdictSql(input, cleaning, made.judged)}`,
    `CREATE OR REPLACE VIEW ${made.clean} AS\nSELECT ${values}\nFROM ${made.judged}\nWHERE ${cleaning.stands} AND (SELECT may_be_taken FROM ${made.verdict})`,
    `CREATE OR REPLACE VIEW ${made.held} AS\n${heldSql(words, judged, made.judged)}`,
    `SELECT * FROM ${made.held} ORDER BY rec, place LIMIT 100`,
    `SELECT what, ${words.named('rows')} FROM ${made.account} ORDER BY place`,
    `SELECT may_be_taken, verdict FROM ${made.verdict}`,
  ]
}

/** What both the script and the statements of a run are made of. */
interface Cleaning {
  words: Words
  judged: Judged
  /** Of the judged records, which are clean and which are held back. */
  stands: string
  isHeld: string
  /** The clean values, as a SELECT has them. */
  values: string
  /** The steps that drop records, by their place, and what the account calls them. */
  droppers: { index: number; as: Dropped }[]
}

function cleaningOf(
  {
    engine,
    labels,
    labelsInFile,
    writtenAs,
    steps,
    contract,
  }: Pick<ScriptInput, 'engine' | 'labels' | 'labelsInFile' | 'writtenAs' | 'steps' | 'contract'>,
  from: string,
): Cleaning {
  const words = wordsOf[engine]
  const columns = labels.map((label, index) => ({ id: index + 1, label }))
  const header = labelsInFile ? labels : null
  const matched = matchColumns(contract, shapedLabels(labels, steps))
  const shaped = stepsSql({ words, steps, columns, header, writtenAs }, from)
  const after = steps.at(-1)?.after ?? columns
  const judged = judgedSql(words, matched, contract.rules ?? [], after, shaped)
  const isHeld = judged.failures.map(({ flag }) => flag).join(' OR ') || 'false'
  return {
    words,
    judged,
    isHeld,
    stands: `gone IS NULL AND NOT (${isHeld})`,
    values: matched.map((one) => `${valueName(one)} AS ${words.named(one.column.name)}`).join(', '),
    droppers: steps
      .filter(({ step }) => step.kind.startsWith('drop-'))
      .map(({ index, step: { kind, id, name } }) => ({
        index,
        as: { rule: kind, step: id, ...(name === undefined ? {} : { name }), rows: 0 },
      })),
  }
}

/** The statements by which a warehouse cleans what a run has brought it, of tables that they call `recordsTable` and `judgedTable`. */
export function runStatements(input: Parameters<typeof cleaningOf>[0]): {
  sql: CleaningSql
  dropped: Dropped[]
} {
  const cleaning = cleaningOf(input, recordsTable)
  const { words, judged, stands, isHeld, values, droppers } = cleaning
  const sum = (condition: string): string =>
    `coalesce(sum(CASE WHEN ${condition} THEN 1 ELSE 0 END), 0)`
  const counted = [stands, `gone IS NULL AND (${isHeld})`].concat(
    droppers.map(({ index }) => `gone = ${index}`),
  )
  return {
    sql: {
      judged: judged.sql,
      counts: `SELECT count(*), count(DISTINCT rec), ${counted.map(sum).join(', ')} FROM ${judgedTable}`,
      held: `SELECT rec, code, column_name, value, message FROM (${heldSql(words, judged, judgedTable)}) AS h ORDER BY rec, place`,
      clean: `SELECT ${values} FROM ${judgedTable} WHERE ${stands}`,
    },
    dropped: droppers.map(({ as }) => as),
  }
}

/** How the records come to be there. */
interface Bringing {
  /** What is done before. */
  setUp: string[]
  /** What a statement selects from. */
  from: string
  /** What a table that it makes is kept as, where that has to be said. */
  kept: string
}

const withSlashes = (path: string): string => path.replaceAll('\\', '/')

/** Not as a path alone, which Spark may look for in its own storage. */
const asAddress = (path: string): string => `file:///${withSlashes(path).replace(/^\//, '')}`

const inFile = ({ engine, recordsAt, rowsFile }: ScriptInput): Omit<Bringing, 'kept'> => ({
  setUp: [],
  from: `parquet.${wordsOf[engine].named(recordsAt ?? asAddress(rowsFile))}`,
})

const bringing: Readonly<Record<Elsewhere, (input: ScriptInput, table: string) => Bringing>> = {
  spark: (input) => ({ ...inFile(input), kept: ' USING parquet' }),
  databricks: (input) => ({ ...inFile(input), kept: '' }),
  snowflake({ engine, recordsAt, rowsFile, labels }, table) {
    const named = wordsOf[engine].named(table)
    const cells = labels.map((_, nth) => `C${nth + 1} VARCHAR`)
    const ownStage = `@%${table.toUpperCase()}`
    const path = withSlashes(rowsFile).replaceAll("'", "\\'")
    const put = `PUT 'file://${path}' ${ownStage} AUTO_COMPRESS=FALSE SOURCE_COMPRESSION=NONE OVERWRITE=TRUE`
    const stage = recordsAt ?? `${ownStage}/${basename(rowsFile)}`
    return {
      setUp: [
        `CREATE OR REPLACE TRANSIENT TABLE ${named} (REC NUMBER(19,0), LINE NUMBER(19,0), ${cells.join(', ')})`,
        ...(recordsAt === null ? [put] : []),
        `COPY INTO ${named} FROM ${stage} FILE_FORMAT=(TYPE=PARQUET) MATCH_BY_COLUMN_NAME=CASE_INSENSITIVE ON_ERROR=ABORT_STATEMENT`,
      ],
      from: table,
      kept: '',
    }
  },
}

function accountSql(
  { records, heldByReading }: ScriptInput,
  { words, stands, isHeld, droppers }: Cleaning,
  judged: string,
): string {
  const rows = (condition: string): string => `(SELECT count(*) FROM ${judged} WHERE ${condition})`
  const all = droppers.map(({ as }) => as)
  const lines = [
    ['records of the file', String(records)],
    ['clean', rows(stands)],
    ['held back when the file was read', String(heldByReading)],
    ['held back here', rows(`gone IS NULL AND (${isHeld})`)],
    ...droppers.map(({ index, as }) => [`dropped ${droppedAs(as, all)}`, rows(`gone = ${index}`)]),
  ]
  return lines
    .map(
      ([what = '', count = ''], place) =>
        `SELECT ${place + 1} AS place, ${words.text(what)} AS what, ${count} AS ${words.named('rows')}`,
    )
    .join('\nUNION ALL ')
}

/** Whether the rows may be taken: all records of the file came, each once, and not too many are held back. */
function verdictSql(
  { records, heldByReading, contract: { maxQuarantinedShare }, engine }: ScriptInput,
  { words, isHeld }: Cleaning,
  judged: string,
): string {
  const sent = records - heldByReading
  const counts = `SELECT count(*) AS came, count(DISTINCT rec) AS differing, coalesce(sum(CASE WHEN gone IS NULL AND (${isHeld}) THEN 1 ELSE 0 END), 0) AS held FROM ${judged}`
  const isWhole = `came = ${sent} AND differing = ${sent}`
  const share = `CAST(held + ${heldByReading} AS DOUBLE) / ${Math.max(1, records)}`
  const tooMany = `${share} > CAST('${maxQuarantinedShare}' AS DOUBLE)`
  const came = `CAST(came AS ${words.typeOf({ type: 'text' })})`
  const broken = `${words.text(`Nothing can be taken: the file had ${formatCount(sent)} records for ${elsewhereNames[engine]}, each once, and there are `)} || ${came} || ${words.text('. Bring them again.')}`
  const most = words.text(
    `Nothing can be taken: more than ${formatShare(maxQuarantinedShare)} of the records are held back.`,
  )
  return `SELECT ${isWhole} AND NOT ${tooMany} AS may_be_taken, CASE WHEN NOT (${isWhole}) THEN ${broken} WHEN ${tooMany} THEN ${most} ELSE 'The rows may be taken.' END AS verdict\nFROM (${counts}) AS s`
}

/** Characters of an offending cell that are kept, and that a sentence repeats; see `labels.ts` and `held.ts`. */
const [keptCharacters, quotedCharacters] = [1000, 60]
/** Stand for what only the engine knows; no label and no word of ours has such a character or number. */
const [someValue, someLine] = ['\u{E000}', 987_654_321_987]

/** One row for every reason. */
function heldSql(words: Words, { failures }: Judged, judged: string): string {
  const text = words.typeOf({ type: 'text' })
  const none = `SELECT rec, line, 0 AS place, '' AS code, '' AS column_name, '' AS value, '' AS message FROM ${judged} WHERE false`
  if (failures.length === 0) return none
  return failures
    .map(({ flag, value, first, reason }, place) => {
      const { code, column, message } = reason(someValue, first === null ? null : someLine)
      const kept = `left(${value}, ${keptCharacters})`
      const quoted = `CASE WHEN length(${value}) > ${quotedCharacters} THEN left(${value}, ${quotedCharacters}) || '…' ELSE ${value} END`
      const line = `CAST(${first ?? 'NULL'} AS ${text})`
      const sentence = message
        .split(someValue)
        .map((piece) => piece.split(String(someLine)).map(words.text).join(` || ${line} || `))
        .join(` || ${quoted} || `)
      return `SELECT rec, line, ${place} AS place, '${code}' AS code, ${words.text(column)} AS column_name, ${kept} AS value, ${sentence} AS message FROM ${judged} WHERE ${flag}`
    })
    .join('\nUNION ALL ')
}

/** The script as a file. */
export function scriptOf(input: ScriptInput): string {
  const made = madeNames(input.name)
  const { records, heldByReading } = input
  const head = [
    `Cleans ${formatCount(records - heldByReading)} records in ${elsewhereNames[input.engine]}. Written by “pallet clean --clean-on ${input.engine}” for one file: another file needs its own.`,
    `${made.clean}: the clean rows; it is empty unless ${made.verdict} says that they may be taken.`,
    `${made.held}: a row for every reason why a record is held back. ${made.account}: what became of all records.`,
  ]
  const statements = scriptStatements(input).map((statement) => `${statement};\n`)
  return [...head.map((line) => `-- ${line}`), '', ...statements].join('\n')
}
