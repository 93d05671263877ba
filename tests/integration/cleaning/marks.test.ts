import { join } from 'node:path'
import { expect, it } from 'vitest'
import { emitMarks, isUnmarked } from '../../../main/cleaning/duckdb/marks.ts'
import { withEngine } from '../../../main/cleaning/rows.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()
const signal = new AbortController().signal
const options = { memoryBytes: 256 * 1024 * 1024, threads: 2, signal } as const

/** At the ends of pieces, in the middle, and none in the second piece. */
const piece = 2 ** 18
const marked = [1, 2048, piece - 1, 2 * piece, 2 * piece + 7, 3 * piece - 1, 3 * piece]

it.each([marked, [piece - 1], [piece], [1]].map((records) => ({ records })))(
  'of a million records those keep their place that are not among $records',
  async ({ records }) => {
    await withEngine(join(folder(), 'marks.duckdb'), options, async (engine) => {
      const last = Math.max(1_000_000, ...records)
      await engine.run(`CREATE TABLE out AS SELECT unnest([${records.join(', ')}])::BIGINT AS rec`)
      for (const statement of emitMarks('out', 'out', last)) await engine.run(statement)
      const all = `SELECT range AS rec FROM range(1, ${last + 1})`
      await engine.run(`CREATE TABLE left_over AS ${all} WHERE ${isUnmarked('out', last)}`)
      await engine.run(`CREATE TABLE expected AS ${all} WHERE rec NOT IN (SELECT rec FROM out)`)
      const differing = await engine.rows(
        'SELECT count(*) FROM left_over POSITIONAL JOIN (FROM expected ORDER BY rec) AS expected WHERE left_over.rec IS DISTINCT FROM expected.rec',
      )
      expect(differing).toEqual([[0n]])
      expect(await engine.rows('SELECT count(*) FROM left_over')).toEqual([
        [BigInt(last - records.length)],
      ])
    })
  },
)
