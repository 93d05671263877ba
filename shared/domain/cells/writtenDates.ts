/**
 * Dates with the month in words, in the languages Pallet's users write. No word is the name of different months in two of
 * them, so nobody has to say which language a file is in.
 */
import { type DateOrder, timePattern } from './cellPatterns.ts'

/** English, German, French, Spanish, Italian, Dutch, Portuguese, Danish, Norwegian, Swedish and Polish, with their abbreviations. */
const names = [
  'jan january januar jänner jän janvier janv enero ene gennaio gen januari janeiro stycznia sty',
  'feb february februar feber febr février fevrier févr fevr fév fev febrero febbraio februari fevereiro lutego lut',
  'mar march märz maerz mär mrz mars marzo maart mrt março marco marts marca',
  'apr april avril avr abril abr aprile kwietnia kwi',
  'may mai mayo maggio mag mei maio maj maja',
  'jun june juni juin junio giugno giu junho czerwca cze',
  'jul july juli juillet juil julio luglio lug julho lipca lip',
  'aug august août aout agosto ago augustus augusti sierpnia sie',
  'sep sept september septembre septiembre setiembre settembre sett set setembro września wrz',
  'oct october oktober okt octobre octubre ottobre ott outubro out października paź',
  'nov november novembre noviembre novembro listopada lis',
  'dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des grudnia gru',
].map((words) => words.split(' '))

/** The number of the month by its name in lower case. */
export const monthNumbers: ReadonlyMap<string, string> = new Map(
  names.flatMap((words, index) => words.map((word) => [word, String(index + 1)] as const)),
)

/** The days of the week in the same languages, without those of two letters that mean different days in two of them. */
const weekdays = [
  'mon monday mo montag lun lundi lunes lunedì lunedi ma maandag maa seg segunda segunda-feira man mandag mån måndag pon poniedziałek',
  'tue tuesday tues tirs di dienstag dinsdag din mar mardi martes martedì martedi ter terça terça-feira tir tirsdag tis tisdag wt wtorek',
  'wed wednesday mi mittwoch mer mercredi mié miércoles mie miercoles mercoledì mercoledi wo woensdag woe qua quarta quarta-feira ons onsdag śr środa',
  'thu thursday thur thurs do donnerstag donderdag don jeu jeudi jue jueves gio giovedì giovedi qui quinta quinta-feira tor torsdag tors czw czwartek',
  'fri friday fr freitag ven vendredi vie viernes venerdì venerdi vr vrijdag vri sex sexta sexta-feira fre fredag pt piątek',
  'sat saturday sa samstag sonnabend sam samedi sáb sab sábado sabado sabato za zaterdag zat lør lørdag lör lördag sob sobota',
  'sun sunday so sonntag dim dimanche dom domingo domenica zo zondag zon søn søndag sön söndag niedz niedziela',
].map((words) => words.split(' '))

/** The number of the day of the week, from 1 for Monday, by its name in lower case. */
export const weekdayNumbers: ReadonlyMap<string, string> = new Map(
  weekdays.flatMap((words, index) => words.map((word) => [word, String(index + 1)] as const)),
)

const day = '(0?[1-9]|[12][0-9]|3[01])'
const month = '([^0-9 \u00a0./,-]+)'
const year = '([0-9]{4}|[0-9]{2})'
const between = '[ \u00a0./,-]'
const nth = '(st|nd|rd|th|er|e|º)?'
const of = '(de |of )?'

/** The parts that the groups of `writtenPattern` are, in their order. */
export const writtenParts = {
  dmy: ['d', 'nth', 'of', 'm', 'of_too', 'y'],
  mdy: ['m', 'd', 'nth', 'y'],
  ymd: ['y', 'm', 'd'],
} as const

const dates: Record<DateOrder, string> = {
  dmy: `${day}${nth}${between}*${of}${month}${between}*${of}${year}`,
  mdy: `${month}${between}*${day}${nth}${between}+${year}`,
  ymd: `([0-9]{4})${between}*${month}${between}*${day}`,
}

/**
 * A date with a word where the month stands; whether the word is one, `monthNumbers` says. `timed`: it may have a time, of which
 * `timePattern` gives the parts.
 */
export function writtenPattern(order: DateOrder, timed: boolean): string {
  return `^${dates[order]}${timed ? `(([Tt]|,? +)${timePattern.slice(0, -1)})?` : ''}$`
}

const orders = ['dmy', 'mdy', 'ymd'] as const
const test = orders.map((order) => ({
  order,
  month: writtenParts[order].indexOf('m') + 1,
  pattern: new RegExp(writtenPattern(order, true)),
}))
const time = new RegExp(timePattern)
/** No date is longer. */
const longest = 60

/** What a date with its month in words is; null: it is none. */
export function readWrittenDate(
  text: string,
): { order: DateOrder; isTimed: boolean; isZoned: boolean } | null {
  if (text.length > longest || !/[0-9]/.test(text)) return null
  for (const { order, month: group, pattern } of test) {
    const word = pattern.exec(text)?.[group]
    if (word === undefined || !monthNumbers.has(word.toLowerCase())) continue
    const clock = time.exec(text)
    return { order, isTimed: clock !== null, isZoned: clock?.[9] !== undefined }
  }
  return null
}
