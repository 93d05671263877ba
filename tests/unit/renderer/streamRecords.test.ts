import { expect, test } from 'vitest'
import { headersIn } from '../../../renderer/features/streams/headersIn.ts'
import { recordsAsCsv, recordsAsLines } from '../../../renderer/features/streams/recordsAs.ts'

const plain = { partition: 0, offset: 7, at: '2026-11-23T04:00:00.000Z' }
const records = [
  { ...plain, key: 'store-001', value: '{"id":1,"price":2.790}', headers: { run: 'a', row: '1' } },
  { ...plain, offset: 8, key: null, value: null, headers: {} },
  { ...plain, offset: 9, key: '', value: '=1+1,\n"x"', headers: {} },
]

test('a line a record has all of it, the digits of its value and what is not there included', () => {
  const lines = recordsAsLines(records).trimEnd().split('\n')
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(records)
})

test('as CSV a spreadsheet runs nothing of it', () => {
  expect(recordsAsCsv(records)).toBe(
    [
      'partition,offset,written,key,value,headers',
      '0,7,2026-11-23T04:00:00.000Z,store-001,"{""id"":1,""price"":2.790}","{""run"":""a"",""row"":""1""}"',
      '0,8,2026-11-23T04:00:00.000Z,,,',
      `0,9,2026-11-23T04:00:00.000Z,,"'=1+1,\n""x""",`,
      '',
    ].join('\r\n'),
  )
})

test('headers are lines of name=value; a value may have the sign, a name may not stand twice', () => {
  expect(headersIn('')).toEqual({})
  expect(headersIn('run = a\n\nto=b=c\n')).toEqual({ run: 'a', to: 'b=c' })
  expect(headersIn('empty=')).toEqual({ empty: '' })
  for (const wrong of ['run', '=a', 'a=1\na=2']) expect(headersIn(wrong), wrong).toBeNull()
})
