import { needsUnit } from '../../shared/domain/cells/amounts.ts'
import {
  almostSentence,
  almostShare,
  amountsSentence,
  exponentSentence,
  fineSentence,
  undecidedClock,
  undecidedDuration,
  undecidedOrder,
  unitSentence,
  unitsSentence,
  zonesSentence,
} from '../../shared/domain/columns/columnDoubts.ts'
import { toleratedMisfits } from '../../shared/domain/cells/cellTally.ts'
import { nameColumns } from '../../shared/domain/columns/columnNames.ts'
import {
  commonestUnit,
  isAllOf,
  isMixed,
  isTied,
  settleOrders,
} from '../../shared/domain/columns/columns.ts'
import { type ClockCounts, clockFits, decideClock } from '../../shared/domain/cells/clocks.ts'
import type { Column, Contract } from '../../shared/domain/datasets/dataset.ts'
import { finestScale } from '../../shared/domain/datasets/dataset.ts'
import { kind } from './scan/kinds.ts'
import type { ColumnFacts } from './scan/facts.ts'

/** The filled cells of a column, and how many of them each type takes. Scales: the most digits after the mark. */
export interface Tally {
  filled: number
  boolean: number
  integer: number
  groupedDot: number
  groupedComma: number
  decimalDot: number
  decimalComma: number
  eitherMark: number
  identifiers: number
  gtin8: number
  /** With an exponent. */
  scientific: number
  scaleDot: number
  scaleComma: number
  dmy: number
  mdy: number
  ymd: number
  timed: number
  /** Of the times: with a zone. */
  zoned: number
  clocks: ClockCounts
}

export function tallyOf({ kinds, fraction }: Pick<ColumnFacts, 'kinds' | 'fraction'>): Tally {
  const count = (...of: number[]): number => of.reduce((sum, one) => sum + (kinds[one] ?? 0), 0)
  const integer = count(kind.integer, kind.gtin8, kind.identifier, kind.longInteger)
  const dmy = count(kind.dmy, kind.timedDmy, kind.zonedDmy)
  const mdy = count(kind.mdy, kind.timedMdy, kind.zonedMdy)
  const dmyOrMdy = count(kind.dmyOrMdy, kind.timedDmyOrMdy, kind.zonedDmyOrMdy)
  const zoned = count(kind.zonedDmy, kind.zonedMdy, kind.zonedDmyOrMdy, kind.zonedYmd)
  return {
    filled: kinds.reduce((sum, one) => sum + one, 0) - count(kind.empty),
    boolean: count(kind.boolean),
    integer,
    groupedDot: integer + count(kind.eitherComma, kind.commaGroups),
    groupedComma: integer + count(kind.eitherDot, kind.dotGroups),
    decimalDot:
      integer + count(kind.dotFraction, kind.eitherDot, kind.eitherComma, kind.commaGroups),
    decimalComma:
      integer + count(kind.commaFraction, kind.eitherComma, kind.eitherDot, kind.dotGroups),
    eitherMark: integer + count(kind.eitherDot, kind.eitherComma),
    identifiers: count(kind.identifier, kind.longInteger, kind.wrapped),
    gtin8: count(kind.gtin8),
    scientific: count(kind.scientific),
    scaleDot: fraction['.'],
    scaleComma: fraction[','],
    dmy: dmy + dmyOrMdy,
    mdy: mdy + dmyOrMdy,
    ymd: count(kind.ymd, kind.timedYmd, kind.zonedYmd),
    timed: zoned + count(kind.timedDmy, kind.timedMdy, kind.timedDmyOrMdy, kind.timedYmd),
    zoned,
    clocks: {
      padded: count(kind.clock),
      short: count(kind.shortClock),
      half: count(kind.halfClock),
      midnight: count(kind.midnight),
      long: count(kind.longClock),
    },
  }
}

/** The contract that a file's own content suggests. Nothing is required: an empty cell today is no promise for tomorrow. */
export function proposeContract(
  labels: readonly string[],
  facts: readonly ColumnFacts[],
  likelyMark: '.' | ',',
  maxQuarantinedShare: number,
): Contract {
  const names = nameColumns(labels)
  const columns = labels.map((label, index) => {
    const column = facts[index]
    const named = { name: names[index] ?? `column${index + 1}`, label }
    return column === undefined
      ? { ...named, type: 'text' as const }
      : proposeColumn(named, column, likelyMark)
  })
  return {
    columns: settleOrders(columns, tiesOf(columns, facts), likelyMark).columns,
    maxQuarantinedShare,
  }
}

/**
 * What a person should know of the columns: that they became text although most of their values are of another type, or that
 * nothing in the file says whether the day or the month stands first. `sample`: of the beginning of the file; `said`: labels of those
 * that nobody is in doubt about, for a person has said what they are.
 */
export function doubtsAbout(
  columns: readonly Column[],
  facts: readonly ColumnFacts[],
  sample: readonly ColumnFacts[],
  likelyMark: '.' | ',',
  said: ReadonlySet<string> = new Set(),
): string[] {
  const { undecided } = settleOrders(columns, tiesOf(columns, facts), likelyMark)
  const almost = columns.flatMap(({ type, label, unit }, index) => {
    if (said.has(label)) return []
    const column = facts[index]
    if (unit !== undefined) return [unitSentence(label, unit)]
    if (column === undefined) return []
    const tally = tallyOf(column)
    if (type === 'time' && clocksOf({ label }, tally)?.isUnsure === true)
      return [undecidedClock(label)]
    if (type === 'duration' && column.withSeconds === 0) return [undecidedDuration(label)]
    if (type !== 'text') return []
    const numbers = Math.max(tally.decimalDot, tally.decimalComma)
    // Among words, `12E5` is more likely a name than a number.
    if (tally.scientific > 0 && numbers + tally.scientific >= tally.filled * almostShare)
      return [exponentSentence(label)]
    if (tally.identifiers > 0 || tally.scientific > 0) return []
    const longest = Math.max(tally.scaleDot, tally.scaleComma)
    if (longest > finestScale && fits(tally, numbers)) return [fineSentence(label)]
    const dates = Math.max(tally.dmy, tally.mdy, tally.ymd)
    if (fits(tally, dates) && mixesZones(tally, dates)) return [zonesSentence(label)]
    const ofType = {
      'yes or no': tally.boolean,
      number: numbers,
      date: dates,
      ...clockFits(tally.clocks),
    }
    // Where no amounts were expected, only the beginning of the file was looked at for them.
    const first = column.amounts.size > 0 ? column : (sample[index] ?? column)
    const { filled, decimalDot, decimalComma } = tallyOf(first)
    const amounts = amountsIn({ name: label, label }, first, likelyMark)
    if (amounts !== null && amounts.cells > Math.max(decimalDot, decimalComma)) {
      const { column: choice, cells } = amounts
      const told = amountsSentence(label, { choice, cells }, filled)
      if (told !== null) return [told]
    }
    const told = almostSentence(label, ofType, tally.filled)
    if (told !== null) return [told]
    const units = unitCounts(first)
    return isMixed(units, filled) ? [unitsSentence(label, [...units.keys()])] : []
  })
  return [...almost, ...undecided.filter((label) => !said.has(label)).map(undecidedOrder)]
}

/** The columns with dates that may all be read day first and month first, by label. */
function tiesOf(columns: readonly Column[], facts: readonly ColumnFacts[]): ReadonlySet<string> {
  return new Set(
    columns.flatMap(({ order, label }, index) => {
      const column = facts[index]
      if (order !== 'dmy' && order !== 'mdy') return []
      if (column === undefined) return []
      return isTied(tallyOf(column), column.dottedTies) ? [label] : []
    }),
  )
}

/** What a column's own cells suggest. */
export function proposeColumn(
  named: { name: string; label: string },
  facts: ColumnFacts,
  likelyMark: '.' | ',',
): Column {
  const tally = tallyOf(facts)
  const amounts = tally.scientific > 0 ? null : amountsIn(named, facts, likelyMark)
  return amounts?.isAll === true ? amounts.column : proposeFromTally(named, tally, likelyMark)
}

const numberKinds: readonly number[] = [
  kind.integer,
  kind.gtin8,
  kind.identifier,
  kind.longInteger,
  kind.dotFraction,
  kind.commaFraction,
  kind.eitherDot,
  kind.eitherComma,
  kind.dotGroups,
  kind.commaGroups,
]

function unitCounts({ amounts }: ColumnFacts): ReadonlyMap<string, number> {
  const counts = [...amounts].map(([unit, { kinds }]) => [unit, sumOf(kinds)] as const)
  return new Map(counts)
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0)

/** The numbers of a column with a unit: those of its amounts, and the plain ones where they are alike. */
export function numbersOf(facts: ColumnFacts, unit: string): Tally {
  const amounts = facts.amounts.get(unit)
  const isAlike = !needsUnit(unit)
  const both = facts.kinds.map(
    (count, is) => (amounts?.kinds[is] ?? 0) + (isAlike && numberKinds.includes(is) ? count : 0),
  )
  const longest = (mark: '.' | ','): number =>
    Math.max(amounts?.fraction[mark] ?? 0, isAlike ? facts.fraction[mark] : 0)
  return tallyOf({ kinds: both, fraction: { '.': longest('.'), ',': longest(',') } })
}

/** What the amounts of a column are; null: there are none, or their numbers are of no type. */
function amountsIn(
  named: { name: string; label: string },
  facts: ColumnFacts,
  likelyMark: '.' | ',',
): { column: Column; cells: number; isAll: boolean } | null {
  const counts = unitCounts(facts)
  const unit = commonestUnit(counts)
  if (unit === null) return null
  const tally = numbersOf(facts, unit)
  const column = proposeFromTally(named, tally, likelyMark)
  if (column.type !== 'integer' && column.type !== 'decimal') return null
  const numbers = sumOf(numberKinds.map((is) => facts.kinds[is] ?? 0))
  const filled = sumOf(facts.kinds) - (facts.kinds[kind.empty] ?? 0)
  const amounts = facts.kinds[kind.amount] ?? 0
  const cells = readAs(column, tally)
  const isAll =
    isAllOf(unit, { units: counts.size, amounts, numbers, filled }) &&
    (unit !== '' || column.type === 'decimal') &&
    cells === tally.filled
  return { column: { ...column, unit }, cells, isAll }
}

/** How many of the numbers a column reads. */
function readAs({ type, decimalMark }: Column, tally: Tally): number {
  if (type === 'decimal') return decimalMark === ',' ? tally.decimalComma : tally.decimalDot
  if (decimalMark === undefined) return tally.integer
  return decimalMark === ',' ? tally.groupedComma : tally.groupedDot
}

export function proposeFromTally(
  named: { name: string; label: string },
  tally: Tally,
  likelyMark: '.' | ',',
): Column {
  const text: Column = { ...named, type: 'text' }
  if (tally.identifiers > 0 || tally.scientific > 0 || fits(tally, tally.gtin8)) return text
  if (fits(tally, tally.boolean)) return { ...named, type: 'boolean' }
  const { dmy, mdy, ymd } = tally
  const type = tally.timed > 0 ? 'timestamp' : 'date'
  const dates = fits(tally, ymd) ? ymd : Math.max(dmy, mdy)
  if (fits(tally, dates) && mixesZones(tally, dates)) return text
  if (fits(tally, ymd)) return { ...named, type, order: 'ymd' }
  if (fits(tally, dates)) return { ...named, type, order: dmy >= mdy ? 'dmy' : 'mdy' }
  const clock = clocksOf(named, tally)
  if (clock !== null) return { ...named, type: clock.type }
  const onlyWhole = tally.decimalDot === tally.integer && tally.decimalComma === tally.integer
  if (fits(tally, tally.integer) && onlyWhole) return { ...named, type: 'integer' }
  const dots = tally.decimalDot - tally.eitherMark
  const commas = tally.decimalComma - tally.eitherMark
  const mark = dots === commas ? likelyMark : dots > commas ? '.' : ','
  const matched = mark === '.' ? tally.decimalDot : tally.decimalComma
  if (!fits(tally, matched)) return text
  const grouped = mark === '.' ? tally.groupedDot : tally.groupedComma
  if (grouped === matched) return { ...named, type: 'integer', decimalMark: mark }
  if (longestFraction(tally, mark) > finestScale) return text
  return { ...named, type: 'decimal', decimalMark: mark, scale: scaleFor(tally, mark) }
}

/**
 * Digits kept after the mark: at least two, because prices gain cents sooner or later and a
 * table cannot change its type; beyond six it is a computed fraction and gets all it can.
 */
export function scaleFor(tally: Tally, mark: '.' | ','): number {
  const seen = longestFraction(tally, mark)
  return seen > 6 ? finestScale : Math.max(2, seen)
}

function longestFraction({ scaleDot, scaleComma }: Tally, mark: '.' | ','): number {
  return mark === '.' ? scaleDot : scaleComma
}

/** Times with a zone and times of an unknown one, which nobody can put in order. */
function mixesZones({ zoned }: Tally, dates: number): boolean {
  return zoned > 0 && zoned < dates
}

function clocksOf({ label }: { label: string }, tally: Tally): ReturnType<typeof decideClock> {
  return decideClock(label, tally.clocks, (count) => fits(tally, count))
}

function fits(tally: Tally, count: number): boolean {
  return count > 0 && tally.filled - count <= tally.filled * toleratedMisfits
}
