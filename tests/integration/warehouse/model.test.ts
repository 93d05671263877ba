/**
 * Deliveries in any order, some of them killed and repeated: the table is always what the ones that stand would have
 * made of it, and the ledger explains it. `npm run test:faults` tries it at length.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Meaning } from '../../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { ask, runLoad, runUndo, writeClean } from './loading.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261121)
const sequences = Number(process.env['PALLET_FAULT_CASES'] ?? 2) * 5

/** A row as the output file has it: sku, price, day; an empty cell is ''. */
type Cells = readonly [string, string, string]
interface Sent {
  runId: string
  meaning: Meaning
  corrects: string | null
  completes: string | null
  rows: Cells[]
}

const cells = fc.tuple(
  fc.constantFrom('', 'A', 'B', 'C', 'D'),
  fc.constantFrom('1.00', '2.00'),
  fc.constantFrom('', '2026-01-01 00:00:00', '2026-01-02 00:00:00', '2026-01-03 00:00:00'),
)
const meanings: Meaning[] = [
  { kind: 'append' },
  { kind: 'snapshot' },
  { kind: 'slice', by: ['sold'] },
  { kind: 'slice', by: ['sku', 'sold'] },
  { kind: 'upsert', keys: ['sku'] },
  { kind: 'upsert', keys: ['sku', 'sold'] },
]
/** Every fourth is killed first. A process each, so they are few. */
const killed = (...points: string[]) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(...points) },
  )
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      meaning: fc.constantFrom(...meanings),
      rows: fc.array(cells, { maxLength: 5 }),
      correct: fc.option(fc.nat(), { freq: 3 }),
      killed: killed('Staging', 'Publishing', 'Committing', 'Committed'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('send again' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('complete' as const),
      which: fc.nat(),
      rows: fc.array(cells, { maxLength: 3 }),
      killed: killed('Staging', 'Publishing', 'Committing', 'Committed'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('undo' as const),
      which: fc.nat(),
      killed: killed('Committing', 'Committed'),
    }),
  },
)

/** Which cells of a row decide, by the name of the column. */
const at = { sku: 0, price: 1, sold: 2 } as Record<string, 0 | 1 | 2>
const keyOf = (columns: readonly string[], row: Cells): string =>
  JSON.stringify(columns.map((name) => row[at[name] ?? 0]))

/** Which runs brought the rows of one file. */
const fileOf = (all: readonly Sent[], runId: string): string[] =>
  all.filter((one) => one.runId === runId || one.completes === runId).map((one) => one.runId)

function goesOut(sent: Sent, row: Cells, runId: string, all: readonly Sent[]): boolean {
  if (sent.corrects !== null && fileOf(all, sent.corrects).includes(runId)) return true
  if (sent.completes !== null)
    if (sent.meaning.kind === 'snapshot' || fileOf(all, sent.completes).includes(runId))
      return false
  const among = (columns: readonly string[]): boolean =>
    sent.rows.some((other) => keyOf(columns, other) === keyOf(columns, row))
  switch (sent.meaning.kind) {
    case 'append':
      return false
    case 'snapshot':
      return true
    case 'slice':
      return among(sent.meaning.by)
    case 'upsert':
      return among(sent.meaning.keys)
  }
}

/** Why rows cannot complete a delivery; null: they can. */
function whyNot(sent: Sent, first: Sent, stands: readonly Sent[]): string | null {
  const file = fileOf(stands, first.runId)
  const later = stands.slice(stands.indexOf(first)).filter(({ runId }) => !file.includes(runId))
  const isReplaced = later.some(
    ({ corrects, completes, meaning }) =>
      corrects === first.runId || (meaning.kind === 'snapshot' && completes === null),
  )
  if (isReplaced) return 'delivery-gone'
  const table = tableAfter(stands)
  const shares = ({ meaning }: Sent, runs: readonly string[]): boolean => {
    if (meaning.kind !== 'slice' && meaning.kind !== 'upsert') return false
    const columns = meaning.kind === 'slice' ? meaning.by : meaning.keys
    const isValue = (row: Cells) =>
      meaning.kind === 'slice' || columns.every((name) => row[at[name] ?? 0] !== '')
    return sent.rows.some(
      (row) =>
        isValue(row) &&
        table.some(
          (there) =>
            runs.includes(there.runId) && keyOf(columns, there.row) === keyOf(columns, row),
        ),
    )
  }
  const clashes =
    (first.meaning.kind === 'upsert' && shares(first, file)) ||
    later.some((other) => shares(first, [other.runId]) || shares(other, [other.runId]))
  return clashes ? 'rows-clash' : null
}

/** The table after these, one after the other. */
const replay = (all: readonly Sent[]): string[] =>
  tableAfter(all)
    .map(({ row, runId }) => [...row, runId].join('|'))
    .sort()

function tableAfter(all: readonly Sent[]): { row: Cells; runId: string }[] {
  let table: { row: Cells; runId: string }[] = []
  for (const sent of all)
    table = [
      ...table.filter(({ row, runId }) => !goesOut(sent, row, runId, all)),
      ...sent.rows.map((row) => ({ row, runId: sent.runId })),
    ]
  return table
}

/** A row that can be told apart from the others, for an upsert: no empty key, none twice. */
function sendable(meaning: Meaning, rows: readonly Cells[]): Cells[] {
  if (meaning.kind !== 'upsert') return [...rows]
  const { keys } = meaning
  return rows.filter(
    (row, index) =>
      keys.every((name) => row[at[name] ?? 0] !== '') &&
      rows.findIndex((other) => keyOf(keys, other) === keyOf(keys, row)) === index,
  )
}

/** Whether the process died where it was to die; false: it was refused before. */
async function diesIn(script: string, ...args: string[]): Promise<boolean> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/${script}`, ...args], {
    stdio: 'ignore',
  })
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return signal === 'SIGKILL'
}

const line = ([sku, price, sold]: Cells): string => [sku, price, sold].join(',')

it(`whatever is sent, sent again, corrected, undone and killed (seed ${seed})`, async () => {
  const refused = { correctly: 0, undone: 0, completing: 0 }
  let kills = 0
  let completed = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9 }), async (steps) => {
      const home = folder()
      const warehouse = `${home}/warehouse.duckdb`
      let stands: Sent[] = []
      let count = 0
      for (const one of steps) {
        if (one.do === 'undo') {
          const target = stands[one.which % Math.max(1, stands.length)]
          if (target === undefined) continue
          // What completed it goes with it.
          const without = stands.filter(
            (sent) => sent !== target && sent.completes !== target.runId,
          )
          if (
            one.killed !== null &&
            (await diesIn('killedUndo.ts', warehouse, target.runId, one.killed))
          ) {
            kills += 1
            const left = one.killed === 'Committed' ? without : stands
            expect(await tableOf(warehouse)).toEqual(replay(left))
            await expectExplained(warehouse, replay(left).length)
          }
          const problem = await runUndo(warehouse, target.runId).then(
            () => null,
            (error: unknown) => error,
          )
          if (problem === null) {
            stands = without
            refused.undone += 1
          } else {
            expect(problem).toBeInstanceOf(Problem)
            // The newest can always be undone; any other is refused only because of one that came later.
            const later = stands.slice(stands.indexOf(target) + 1)
            expect((problem as Problem).code).toBe('cannot-undo')
            expect(later.map(({ runId }) => `Undo ${runId} first.`)).toContain(
              (problem as Problem).data.advice,
            )
            refused.correctly += 1
          }
        } else if (one.do === 'complete') {
          const files = stands.filter(({ completes }) => completes === null)
          const target = files[one.which % Math.max(1, files.length)]
          if (target === undefined) continue
          const runId = `r${(count += 1)}`
          const { meaning } = target
          const sent: Sent = {
            runId,
            meaning,
            corrects: null,
            completes: target.runId,
            rows: sendable(meaning, one.rows),
          }
          const input = {
            ...writeClean(home, runId, sent.rows.map(line)),
            meaning,
            completes: target.runId,
          }
          if (
            one.killed !== null &&
            (await diesIn('killedLoad.ts', one.killed, JSON.stringify(input)))
          ) {
            kills += 1
            const left = one.killed === 'Committed' ? [...stands, sent] : stands
            expect(await tableOf(warehouse)).toEqual(replay(left))
          }
          const refusal = whyNot(sent, target, stands)
          const problem = await runLoad(input).then(
            () => null,
            (error: unknown) => error,
          )
          if (problem === null) {
            expect(refusal).toBeNull()
            stands = [...stands, sent]
            completed += 1
            expect(await runLoad(input)).toMatchObject({ already: true })
          } else {
            expect(problem).toBeInstanceOf(Problem)
            expect((problem as Problem).code).toBe(refusal)
            refused.completing += 1
          }
        } else {
          const again =
            one.do === 'send again' ? stands[one.which % Math.max(1, stands.length)] : null
          if (again === undefined) continue
          const runId = `r${(count += 1)}`
          const free = stands.filter(({ runId: of }) =>
            stands.every((sent) => sent.corrects !== of && !(sent.runId === of && sent.completes)),
          )
          const sent: Sent =
            one.do === 'send'
              ? {
                  runId,
                  meaning: one.meaning,
                  rows: sendable(one.meaning, one.rows),
                  corrects:
                    one.correct === null || free.length === 0
                      ? null
                      : (free[one.correct % free.length]?.runId ?? null),
                  completes: null,
                }
              : {
                  runId,
                  meaning: again?.meaning ?? { kind: 'append' },
                  rows: again?.rows ?? [],
                  corrects: null,
                  completes: null,
                }
          const { meaning, corrects } = sent
          const before = replay(stands)
          const input = { ...writeClean(home, runId, sent.rows.map(line)), meaning, corrects }
          if (
            one.do === 'send' &&
            one.killed !== null &&
            (await diesIn('killedLoad.ts', one.killed, JSON.stringify(input)))
          ) {
            kills += 1
            const left = one.killed === 'Committed' ? [...stands, sent] : stands
            expect(await tableOf(warehouse)).toEqual(replay(left))
          }
          stands = [...stands, sent]
          const { removed } = await runLoad(input)
          expect(removed).toBe(before.length + sent.rows.length - replay(stands).length)
          // Repeated, as after a kill: nothing more happens.
          expect(await runLoad(input)).toMatchObject({ already: true, removed })
        }
        if (count === 0) continue
        expect(await tableOf(warehouse)).toEqual(replay(stands))
        await expectExplained(warehouse, replay(stands).length)
      }
    }),
    { numRuns: sequences, seed },
  )
  // Otherwise the property has looked at nothing.
  expect(refused.undone).toBeGreaterThan(0)
  expect(kills).toBeGreaterThan(0)
  expect(completed).toBeGreaterThan(0)
  expect(refused.completing).toBeGreaterThan(0)
})

async function tableOf(warehouse: string): Promise<string[]> {
  const there = await ask(
    warehouse,
    `SELECT count(*) FROM duckdb_tables() WHERE table_name = 'sales'`,
  )
  if (there.rows[0]?.[0] === '0') return []
  const { rows } = await ask(
    warehouse,
    `SELECT coalesce(sku, '') || '|' || coalesce(price::VARCHAR, '') || '|' || coalesce(sold::VARCHAR, '') || '|' || _pallet_run FROM sales`,
  )
  return rows.map(([row]) => String(row)).sort()
}

/** What came in by the deliveries that stand, less what went out for them, is what is there. */
async function expectExplained(warehouse: string, tableRows: number): Promise<void> {
  const { rows } = await ask(
    warehouse,
    `SELECT coalesce(sum("rows"), 0) - coalesce(sum(list_sum(list_transform(from_json(took, '[{"runId":"VARCHAR","rows":"BIGINT"}]'), one -> one.rows))), 0) FROM _pallet_ledger WHERE undone_at IS NULL`,
  )
  expect(Number(rows[0]?.[0])).toBe(tableRows)
}
