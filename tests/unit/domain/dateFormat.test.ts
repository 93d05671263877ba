import { describe, expect, it } from 'vitest'
import { FormatFault, readFormat } from '../../../shared/domain/cells/dateFormat.ts'
import { readDate } from '../../../shared/domain/cells/parsedDates.ts'
import { monthNumbers, weekdayNumbers } from '../../../shared/domain/cells/writtenDates.ts'

describe('a form that is not right is told at the letter', () => {
  it.each([
    ['dd.mm.yyyy', 3, 'months are “MM”'],
    ['DD.MM.YYYY', 0, 'the day of the month is “d” or “dd”'],
    ['YYYY-MM-dd', 0, 'beside a month it is “yyyy”'],
    ['yyyy-MM-dd HH:MM', 14, 'minutes are “mm”'],
    ['dd/MM/yyyy hh:mm', 11, 'write “H”, or add “a”'],
    ['HH:mm a', 6, 'the hour beside it is “h”'],
    ['yyyy-MM-ddTHH:mm', 10, "in quotes: 'T'"],
    ['%d.%m.%Y', 0, 'write a date as dd.MM.yyyy'],
    ['yyy-MM-dd', 0, 'of which there is “yyyy”, “y”, “yy”'],
    ["d 'of MMM yyyy", 2, 'opened and not closed'],
    ['h:mm tt', 5, 'for AM and PM write “a”'],
    ['yyyy-MM-dd HH:mm z', 17, 'write “XXX”'],
    ['yyyy', 0, 'there is no month'],
    ['dd.MM.', 3, 'there is no year'],
    ['HH:ss', 3, 'there are no minutes'],
    ['HH:mm XXX', 6, 'which only a date with a time has'],
    ['ww', 0, 'of which the year is “YYYY”'],
    ['-', 0, 'There is no letter of a date'],
    ['', 0, 'There is no letter of a date'],
    ["yyyy 'year' B", 12, "'B'"],
  ])('%s', (form, at, words) => {
    const thrown = (): FormatFault | null => {
      try {
        readFormat(form)
        return null
      } catch (error) {
        return error instanceof FormatFault ? error : null
      }
    }
    expect(thrown()).toMatchObject({ at })
    expect(thrown()?.message).toContain(words)
  })
})

it('says what a form gives', () => {
  const gives = (form: string) => readFormat(form).gives
  expect(gives('MMM yyyy')).toBe('date')
  expect(gives("YYYY-'W'ww")).toBe('date')
  expect(gives('h a')).toBe('time')
  expect(gives('yyyyMMddHHmmss')).toBe('timestamp')
  expect(gives('excel-days')).toBe('date')
  expect(readFormat('unix-seconds')).toMatchObject({ gives: 'timestamp', isZoned: true })
})

it('has the names of months and days that the languages have, each for one only', () => {
  const languages = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'da', 'sv', 'pl']
  const missing: string[] = []
  for (const language of languages)
    for (const style of ['long', 'short'] as const) {
      const part = (field: 'month' | 'weekday', date: Date): string => {
        // With a day beside it, so that the month has the form that it has in a date.
        const written = new Intl.DateTimeFormat(language, {
          [field]: style,
          ...(field === 'month' ? { day: 'numeric' } : {}),
          timeZone: 'UTC',
        }).formatToParts(date)
        return (written.find(({ type }) => type === field)?.value ?? '').toLowerCase()
      }
      for (let nth = 0; nth < 12; nth += 1) {
        const name = part('month', new Date(Date.UTC(2026, nth, 15))).replace(/[.]$/, '')
        if (monthNumbers.get(name) !== String(nth + 1)) missing.push(`${language} ${name}`)
      }
      for (let nth = 0; nth < 7; nth += 1) {
        const name = part('weekday', new Date(Date.UTC(2026, 0, 5 + nth))).replace(/[.]$/, '')
        if (weekdayNumbers.get(name) !== String(nth + 1)) missing.push(`${language} ${name}`)
      }
    }
  expect(missing).toEqual([])
})

it('has no word that is the name of two days of the week', () => {
  const date = (word: string): string | null =>
    readDate(readFormat('EEE d MMM yyyy'), `${word} 11 Jan 2026`)
  const sundays = [...weekdayNumbers].filter(([, number]) => number === '7').map(([word]) => word)
  expect(sundays.length).toBeGreaterThan(10)
  for (const word of sundays)
    expect({ word, date: date(word) }).toMatchObject({
      date: word.includes('-') ? null : '2026-01-11',
    })
  expect(date('mon')).toBeNull()
})
