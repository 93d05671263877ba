/** Records of a topic as files that a person keeps. */
import { csvOf } from '../../../shared/domain/files/csvText.ts'
import type { StreamRecord } from '../../../shared/domain/streams/stream.ts'

/** A line a record: a JSON object with all that is known of it. */
export const recordsAsLines = (records: readonly StreamRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

/** A row a record; its headers are a JSON object, and what is not there is an empty cell. */
export const recordsAsCsv = (records: readonly StreamRecord[]): string =>
  csvOf(
    ['partition', 'offset', 'written', 'key', 'value', 'headers'],
    records.map(({ partition, offset, at, key, value, headers }) => [
      String(partition),
      String(offset),
      at,
      key,
      value,
      Object.keys(headers).length === 0 ? null : JSON.stringify(headers),
    ]),
  )
