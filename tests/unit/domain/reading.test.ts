import { expect, test } from 'vitest'
import { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import {
  inWords,
  Reading,
  sameReading,
  withReading,
  withTableFacts,
} from '../../../shared/domain/files/reading.ts'

const dialect: Dialect = {
  encoding: 'windows-1252',
  delimiter: ';',
  quote: '"',
  escape: '"',
  lineEnd: '\r\n',
  headerRows: 1,
  skipLines: 2,
}
const reading: Reading = { kind: 'delimited', dialect }

test('a reading is known again, and any difference', () => {
  const { encoding, ...rest } = dialect
  expect(sameReading(reading, { dialect: { ...rest, encoding }, kind: 'delimited' })).toBe(true)
  const others: Partial<Dialect>[] = [
    { encoding: 'utf-16le' },
    { delimiter: ',' },
    { quote: '' },
    { escape: '\\' },
    { lineEnd: '\r' },
    { headerRows: 0 },
    { skipLines: 1 },
  ]
  for (const other of others)
    expect(sameReading(reading, { ...reading, dialect: { ...dialect, ...other } })).toBe(false)
})

test('a reading in words', () => {
  expect(inWords(reading)).toBe('windows-1252, separated by semicolon, with header')
  expect(
    inWords({ kind: 'delimited', dialect: { ...dialect, delimiter: '^', headerRows: 0 } }),
  ).toBe('windows-1252, separated by ^, without header')
})

test('a dataset that was stored with a dialect opens, and one with a reading stays as it is', () => {
  const stored = { name: 'sales', recipe: [], contract: null, destination: null, updatedAt: '' }
  expect(Dataset.parse(withReading({ ...stored, dialect }))).toEqual({ ...stored, reading })
  expect(Dataset.parse(withReading({ ...stored, dialect: null }))).toEqual({
    ...stored,
    reading: null,
  })
  expect(withReading({ ...stored, reading })).toEqual({ ...stored, reading })
})

test('a dialect of the time when a file had one header row or none', () => {
  const { headerRows: _, ...older } = dialect
  const parsed = (header: boolean) =>
    Reading.parse({ kind: 'delimited', dialect: { ...older, header } })
  expect(parsed(true)).toEqual(reading)
  expect(parsed(false)).toEqual({ ...reading, dialect: { ...dialect, headerRows: 0 } })
  expect(Reading.safeParse({ kind: 'delimited', dialect: null }).success).toBe(false)
})

test('the checkpoint of an older read step says what today’s says', () => {
  const counts = { labels: ['a'], records: 3, quarantined: 1 }
  const today = {
    ...counts,
    detected: { reading, doubts: ['Look.'] },
    labelled: true,
    conventions: { decimalMark: ',' },
    raw: { in: 'source', encoding: 'windows-1252' },
  }
  expect(withTableFacts({ ...counts, detected: { dialect, doubts: ['Look.'] } })).toEqual(today)
  expect(withTableFacts(today)).toEqual(today)
  expect(withTableFacts({ bytes: 3, sha256: 'ab' })).toEqual({ bytes: 3, sha256: 'ab' })
})
