/** The same number or day, as another program may write it. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd'

const date =
  /^\s*(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[T ]+(\d{1,2}:\d{2})(:\d{2})?(?:\.0+)?)?\s*$/

/** What a text can say as a day, and a time of it, by the order in which day, month and year stand. */
export function datesIn(text: string): Map<DateOrder, string> {
  const found = new Map<DateOrder, string>()
  const parts = date.exec(text)
  if (parts === null) return found
  const [, one = '', , two = '', three = '', minutes = '', seconds = ':00'] = parts
  const add = (order: DateOrder, year: string, month: string, day: string): void => {
    if (year.length !== 2 && year.length !== 4) return
    const full = year.length === 2 ? `20${year}` : year
    const at = new Date(Date.UTC(Number(full), Number(month) - 1, Number(day)))
    if (at.getUTCMonth() + 1 !== Number(month) || at.getUTCDate() !== Number(day)) return
    const time = minutes === '' ? '00:00:00' : `${minutes}${seconds}`.padStart(8, '0')
    found.set(order, `${at.toISOString().slice(0, 10)} ${time}`)
  }
  if (one.length <= 2) {
    add('dmy', three, two, one)
    add('mdy', three, one, two)
  } else add('ymd', one, two, three)
  return found
}

/** A day that stands in one order, written in another; null: it is none. */
export function inOrder(text: string, from: DateOrder, to: DateOrder): string | null {
  const found = datesIn(text).get(from)
  if (found === undefined) return null
  const [day = '', time = ''] = found.split(' ')
  const [y = '', m = '', d = ''] = day.split('-')
  const written = { dmy: `${d}.${m}.${y}`, mdy: `${m}/${d}/${y}`, ymd: day }[to]
  return time === '00:00:00' ? written : `${written} ${time}`
}

const number = /^\s*([+-]?)0*(\d*)(?:[.,](\d*?)0*)?\s*$/

/** Whether both are plain numbers of the same value: `007.50` and `7,5`. */
export function sameNumber(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => {
    const parts = number.exec(text)
    if (parts === null || !/\d/.test(text)) return null
    const [, sign = '', whole = '', fraction = ''] = parts
    return `${sign === '-' ? '-' : ''}${whole === '' ? '0' : whole}.${fraction}`
  })
  return a !== null && a === b
}
