import { z } from 'zod'
import { type RowsThen, Unusual } from '../../shared/domain/datasets/usualRows.ts'
import type { DayOfRuns } from '../runs/ports/store.ts'
import type { Db } from './database.ts'

const DayRow = z.object({
  dataset: z.string(),
  day: z.string(),
  files: z.number(),
  failed: z.number(),
  undone: z.number(),
  read: z.number().nullable(),
  held: z.number().nullable(),
  home: z.number().nullable(),
  drifted: z.number(),
  bytes: z.number().nullable(),
  bytesSent: z.number().nullable(),
  msSaved: z.number().nullable(),
}) satisfies z.ZodType<DayOfRuns>

/**
 * What became of the files whose runs ended from one day to another, by the calendar of this computer. In one statement: to read the
 * receipts of ten thousand runs would hold up whoever asks.
 */
export function qualityOf(db: Db, first: string, last: string): DayOfRuns[] {
  return db
    .prepare(
      `SELECT dataset, date(finished_at, 'localtime') AS day,
         sum(completes IS NULL) AS files,
         sum(completes IS NULL AND state <> 'succeeded') AS failed,
         sum(undone_at IS NOT NULL) AS undone,
         sum(CASE WHEN completes IS NULL THEN receipt ->> '$.rows.in' END) AS read,
         sum(CASE WHEN completes IS NULL THEN receipt ->> '$.rows.quarantined' END) AS held,
         sum(CASE WHEN completes IS NOT NULL AND state = 'succeeded' AND undone_at IS NULL THEN receipt ->> '$.rows.clean' END) AS home,
         sum(coalesce(json_array_length(receipt, '$.drift'), 0) > 0) AS drifted,
         sum(receipt ->> '$.upload.bytes') AS bytes,
         sum(receipt ->> '$.upload.bytesSent') AS bytesSent,
         sum(((receipt ->> '$.upload.bytes') - (receipt ->> '$.upload.bytesSent')) * 1000.0 / bytes_per_second) AS msSaved
       FROM run LEFT JOIN line ON connection = receipt ->> '$.upload.connection'
       WHERE state IN ('succeeded', 'failed', 'stopped') AND date(finished_at, 'localtime') BETWEEN ? AND ?
       GROUP BY 1, 2 ORDER BY 2, 1`,
    )
    .all(first, last)
    .map((row) => DayRow.parse(row))
}

const LastRow = z.object({ dataset: z.string(), at: z.string() })

/** When each dataset last had a delivery that stands (UTC, ISO 8601), and the first end of a run. */
export function lastDeliveries(db: Db): { dataset: string; at: string }[] {
  return db
    .prepare(
      `SELECT dataset, max(finished_at) AS at FROM run
       WHERE state = 'succeeded' AND completes IS NULL AND undone_at IS NULL GROUP BY dataset ORDER BY dataset`,
    )
    .all()
    .map((row) => LastRow.parse(row))
}

/** The day on which the first run ended; null: none has. */
export function firstDay(db: Db): string | null {
  return z
    .string()
    .nullable()
    .parse(db.prepare(`SELECT date(min(finished_at), 'localtime') FROM run`).pluck().get() ?? null)
}

/**
 * A file that was delivered, and stands; not rows that were held back, nor a part of what goes on. `and` is asked of its receipt. Terms
 * of a condition are worked in any order, so that what cannot be read is kept apart by a case.
 */
const isDelivered = (
  and: string,
): string => `state = 'succeeded' AND completes IS NULL AND undone_at IS NULL AND corrected_by IS NULL
  AND CASE WHEN json_valid(plan) AND json_valid(receipt) THEN plan ->> '$.batch' IS NULL AND ${and}
    AND NOT EXISTS (SELECT 1 FROM json_each(receipt, '$.answered') WHERE value ->> '$.answer' = 'skip') END`

const RowsRow = z.object({ at: z.string(), rows: z.number() }) satisfies z.ZodType<RowsThen>

/** See `RunRepository.rowsDelivered`. */
export function rowsDelivered(db: Db, dataset: string, limit: number): RowsThen[] {
  return db
    .prepare(
      `SELECT created_at AS at, receipt ->> '$.rows.clean' AS rows FROM run
       WHERE dataset = ? AND ${isDelivered(`receipt ->> '$.rows.clean' IS NOT NULL`)}
       ORDER BY created_at DESC, id DESC LIMIT ?`,
    )
    .all(dataset, limit)
    .map((row) => RowsRow.parse(row))
}

const UnusualRow = z.object({
  id: z.string(),
  unusual: z.string().transform((text) => Unusual.parse(JSON.parse(text))),
})

/** See `RunRepository.unusual`. */
export function unusualSince(db: Db, since: string): { id: string; unusual: Unusual }[] {
  return db
    .prepare(
      `SELECT id, receipt -> '$.unusual' AS unusual FROM run
       WHERE finished_at >= ? AND ${isDelivered(`(receipt ->> '$.unusual.rows' IS NOT NULL OR json_array_length(receipt, '$.unusual.columns') > 0)`)}
       ORDER BY finished_at, id`,
    )
    .all(since)
    .map((row) => UnusualRow.parse(row))
}
