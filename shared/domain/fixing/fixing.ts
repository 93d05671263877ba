/** Held-back rows on their way home: what a person makes of them, and the account over all attempts. */
import { z } from 'zod'
import { Column } from '../datasets/dataset.ts'
import { HeldRow, Reason } from '../files/quarantine.ts'
import { type Receipt, type Rows, countedRows } from '../runs/run.ts'
import { formatCount, plural } from '../sizes.ts'

/**
 * `held`: as the file has it. `edited`: other cells, or the same ones that are accepted as they are, not sent yet.
 * `dropped`: by a person, with a reason. `sent`: on its way. `delivered`: in the table.
 */
export const HeldState = z.enum(['held', 'edited', 'dropped', 'sent', 'delivered'])
export type HeldState = z.infer<typeof HeldState>

/** A held-back row as a sheet shows it. */
export const FixableRow = HeldRow.extend({
  /** As many as the file has columns, and one more for what stands beyond the last of them, where something does. */
  cells: z.array(z.string()),
  /** Whether its text is too long to be kept whole, so that it can only be dropped here. */
  isCut: z.boolean(),
  state: HeldState,
  /** What is wrong with it as it is now. null: it was edited, and not checked yet. */
  problems: z.array(Reason).nullable(),
  /** Why it was dropped, or ''. */
  dropped: z.string(),
  /** The run that has taken it along, or ''. */
  sentBy: z.string(),
})
export type FixableRow = z.infer<typeof FixableRow>

/** Problems of one kind. */
export const HeldGroup = z.object({
  /** See `groupOf`. */
  id: z.string(),
  column: z.string(),
  rows: z.number(),
  firstLine: z.number(),
  /** What the first of them says. */
  message: z.string(),
})
export type HeldGroup = z.infer<typeof HeldGroup>

export const HeldPage = z.object({
  /** Of rows that were held back, and of those that are not home yet: held, edited or on their way. */
  total: z.number(),
  open: z.number(),
  /** Rows that can be sent: edited, checked, and nothing wrong with them. */
  ready: z.number(),
  /** Of the rows that are not home yet, those that fit what was asked for; `rows` is a part of them. */
  found: z.number(),
  /** Labels of the file's columns, their names in the contract ('' where there is none), and what they are held to. */
  columns: z.array(z.object({ label: z.string(), name: z.string(), rules: Column.nullable() })),
  groups: z.array(HeldGroup),
  rows: z.array(FixableRow),
})
export type HeldPage = z.infer<typeof HeldPage>

/** `column`: its place in the file, from 0. */
const ToCell = z.object({ kind: z.literal('cell'), column: z.int().min(0), value: z.string() })
/** Sent as it stands, if the rules of the dataset let it pass now. */
const ToAccept = z.object({ kind: z.literal('accept') })
const ToDrop = z.object({
  kind: z.literal('drop'),
  reason: z.string().trim().min(1).max(500),
})

/** What is to become of each of many held-back rows. */
export const FixOfEach = z.discriminatedUnion('kind', [ToCell, ToAccept, ToDrop])
export type FixOfEach = z.infer<typeof FixOfEach>

/** What is to become of held-back rows, by their record. */
export const FixChange = z.object({
  records: z.array(z.int().min(1)).min(1),
  to: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('cells'), cells: z.array(z.string()) }),
    ToCell,
    ToAccept,
    ToDrop,
    /** As it stood in the file. */
    z.object({ kind: z.literal('restore') }),
  ]),
})
export type FixChange = z.infer<typeof FixChange>

/** An edited day that another program may have written in another order. `order`: as it was taken, the file's own. */
export const UnclearDay = z.object({
  line: z.number(),
  column: z.string(),
  cell: z.string(),
  order: z.enum(['dmy', 'mdy', 'ymd']),
})
export type UnclearDay = z.infer<typeof UnclearDay>

/** What was brought back from outside. */
export const BroughtBack = z.object({
  edited: z.number(),
  dropped: z.number(),
  /** Rows that are as they were, and rows that are not in the file: both stay held back. */
  same: z.number(),
  missing: z.number(),
  /** Of the edited ones, those that still do not fit. */
  wrong: z.number(),
  /** The first edited days that can be read in two ways, and how many they are. */
  unclear: z.array(UnclearDay),
  unclearDays: z.number(),
})
export type BroughtBack = z.infer<typeof BroughtBack>

const orderWords = {
  dmy: 'day, month, year',
  mdy: 'month, day, year',
  ymd: 'year, month, day',
} as const

/** What was brought back, as sentences. */
export function broughtWords(back: BroughtBack): string[] {
  const { edited, dropped, same, missing, wrong, unclear, unclearDays } = back
  const [first] = unclear
  return [
    `${plural(edited, 'row')} edited, ${formatCount(dropped)} dropped, ${formatCount(same)} as before, ${formatCount(missing)} not in the file.`,
    ...(wrong > 0
      ? [`${plural(wrong, 'edited row')} still ${wrong === 1 ? 'does' : 'do'} not fit.`]
      : []),
    ...(first === undefined
      ? []
      : [
          `${plural(unclearDays, 'edited day')} can be read in two ways, such as “${first.cell}” in “${first.column}”, line ${formatCount(first.line)}: ${unclearDays === 1 ? 'it is' : 'they are'} taken as ${orderWords[first.order]}, as the file writes days.`,
        ]),
  ]
}

/** What a run did to complete another: how many of its rows came in, and what became of them. */
export interface Attempt {
  rows: Rows
}

/** `10,494 in = 10,482 clean + 12 held back + 0 dropped`; a number that is not known yet is a `?`. */
export function accountWords(rows: Omit<Rows, 'loaded'>): string {
  return `${say(rows.in)} in${madeWords(rows)} = ${outWords(rows)}`
}

/** The rows that steps have made of those that came in, or made fewer of them: ` + 1,100 made`; else nothing. */
export function madeWords({ made = 0 }: Pick<Rows, 'made'>): string {
  if (made === 0) return ''
  return made > 0 ? ` + ${formatCount(made)} made of them` : ` − ${formatCount(-made)} put together`
}

/** `10,482 clean + 12 held back + 0 dropped`. */
export function outWords({
  clean,
  quarantined,
  dropped,
}: Pick<Rows, 'clean' | 'quarantined' | 'dropped'>): string {
  return `${say(clean)} clean + ${say(quarantined)} held back + ${say(dropped)} dropped`
}

const say = (count: number | null): string => (count === null ? '?' : formatCount(count))

/** How many held-back rows of the file a completing run has delivered. */
export function cameHome({ in: sent, made = 0, clean, quarantined }: Rows): number {
  return made === 0 ? (clean ?? 0) : (sent ?? 0) - (quarantined ?? 0)
}

/** The account of a run over all attempts, until it reads “0 held back”. */
export function accountOf(
  receipt: Pick<Receipt, 'rows' | 'steps' | 'attempts' | 'droppedByHand'>,
): Rows {
  const byHand = receipt.droppedByHand.reduce((sum, { rows }) => sum + rows, 0)
  return accountOver(countedRows(receipt), receipt.attempts, byHand)
}

/** The account of a run over all attempts: what was sent later, and what a person has dropped. */
export function accountOver(first: Rows, attempts: readonly Attempt[], byHand: number): Rows {
  const sum = (of: (rows: Rows) => number | null): number =>
    attempts.reduce((total, { rows }) => total + (of(rows) ?? 0), 0)
  const plus = (own: number | null, more: number): number | null =>
    own === null ? null : own + more
  const made = (first.made ?? 0) + sum((rows) => rows.made ?? 0)
  return {
    in: first.in,
    ...(made === 0 ? {} : { made }),
    clean: plus(
      first.clean,
      sum(({ clean }) => clean),
    ),
    quarantined: plus(
      first.quarantined,
      sum(({ quarantined }) => quarantined) - sum((rows) => rows.in) - byHand,
    ),
    dropped: plus(first.dropped, sum(({ dropped }) => dropped) + byHand),
    loaded: plus(
      first.loaded,
      // Without a table nobody else counts.
      sum(({ loaded, clean }) => loaded ?? clean),
    ),
  }
}

/** What problems of one kind have in common: the rule, the column, and what is said of it, without the cell. */
export function groupOf({ code, column, value, message }: Reason): string {
  const quoted = /^“.*?(?:”|…”)/su.exec(message)?.[0] ?? ''
  const withoutCell =
    value !== '' && quoted !== '' ? message.slice(endOfCell(message, value)) : message
  const said =
    code === 'unique-error' || code === 'extra-cell' || code === 'missing-cell' ? '' : withoutCell
  return `${code}|${column}|${said}`.slice(0, 1000)
}

/** A sentence repeats the cell at its beginning, or so much of it. */
function endOfCell(message: string, value: string): number {
  const whole = `“${value}”`
  if (message.startsWith(whole)) return whole.length
  const cut = message.indexOf('…”')
  return cut < 0 ? 0 : cut + 2
}

/** `3 rows, first in line 118: “x” in “Date” is not a date (day, month, year).` */
export function groupSentence({
  rows,
  firstLine,
  message,
}: Pick<HeldGroup, 'rows' | 'firstLine' | 'message'>): string {
  const many = rows === 1 ? '1 row, in line' : `${formatCount(rows)} rows, first in line`
  return `${many} ${formatCount(firstLine)}: ${message}`
}

/** What a spreadsheet would run: a cell that begins so, `-5.20` and `+49` aside, which are numbers and stay ones. */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/u
const plainNumber = /^[+-][\d.,]+$/

/** A cell as another program may have it: an apostrophe before what would be a formula there. */
export function harmless(cell: string): string {
  return formula.test(cell) && !plainNumber.test(cell) ? `'${cell}` : cell
}

/** What is said of a file with so many cells that were made harmless; '' for none. */
export function harmlessWords(cells: number): string {
  if (cells === 0) return ''
  return cells === 1
    ? '1 cell that a spreadsheet would run as a formula got an apostrophe in front, which is taken off again when it is brought back.'
    : `${plural(cells, 'cell')} that a spreadsheet would run as formulas got an apostrophe in front, which is taken off again when they are brought back.`
}

/** A cell that was made harmless, as it was. */
export function asItWas(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell
}

/** What held-back rows are written as for other programs. */
export const heldFormats = ['csv', 'xlsx'] as const
export type HeldFormat = (typeof heldFormats)[number]

/** Columns of Pallet's own in the file for other programs, behind those of the rows. */
export const ownColumns = {
  beyond: 'pallet_beyond',
  line: 'pallet_line',
  record: 'pallet_record',
  reasons: 'pallet_reasons',
  drop: 'pallet_drop',
} as const
