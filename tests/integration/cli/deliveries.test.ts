/** What a store manager does with one export, and what is in the table after every step. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Finished, pallet } from '../../fixtures/pallet.ts'
import { ask } from '../warehouse/loading.ts'

// One home for the whole story: each step stands on the one before.
const files = mkdtempSync(join(tmpdir(), 'pallet-'))
const home = join(files, 'home')
afterAll(() => rmSync(files, { recursive: true, force: true }))

type Row = readonly [number: number, day: string, amount: string]
const day = (date: string, from: number, count = 60): Row[] =>
  Array.from({ length: count }, (_, index) => [
    from + index,
    date,
    `${((from + index) * 137) % 500}.${String((index * 7) % 100).padStart(2, '0')}`,
  ])
/** Two amounts with a comma that nobody has quoted: those lines have a cell too many. */
const withFaults = (rows: readonly Row[]): Row[] =>
  rows.map(([number, date, amount], index) =>
    index === 4 || index === 41 ? [number, date, '12,50'] : [number, date, amount],
  )
const good = (rows: readonly Row[]): Row[] => rows.filter(([, , amount]) => !amount.includes(','))

function written(name: string, rows: readonly Row[]): string {
  const file = join(files, name)
  const lines = rows.map((row) => row.join(','))
  writeFileSync(file, ['nummer,datum,betrag', ...lines, ''].join('\n'))
  return file
}

const call = (...args: string[]): Promise<Finished> => pallet(args, { home })
const send = (file: string, ...more: string[]): Promise<Finished> =>
  call('run', file, '--dataset', 'umsatz', '--no-blob', ...more)

/** The rows of the table; each step compares them with what they must be. No command has the warehouse open then. */
async function table(): Promise<string[]> {
  const { rows } = await ask(
    join(home, 'warehouse.duckdb'),
    "select nummer, strftime(datum, '%Y-%m-%d'), betrag from umsatz",
    10_000,
  )
  return rows.map((cells) => cells.join(' ')).sort()
}
const asRows = (...parts: readonly Row[][]): string[] =>
  parts
    .flat()
    .map((row) => row.join(' '))
    .sort()

const monday = day('2026-11-16', 1)
const tuesday = day('2026-11-17', 101)
const runs: string[] = []
const sent = (finished: Finished): string => {
  const id = finished.receipt?.runId ?? ''
  runs.push(id)
  return id
}

describe('one export, day by day', () => {
  test('a file with two bad rows: 58 delivered, two held back', async () => {
    const finished = await send(written('tagesumsatz.csv', withFaults(monday)))
    expect(finished.code).toBe(0)
    sent(finished)
    expect(finished.receipt?.rows).toMatchObject({ in: 60, clean: 58, quarantined: 2, loaded: 58 })
    expect(await table()).toEqual(asRows(good(withFaults(monday))))
  })

  test('corrected and sent again: it asks with the numbers, and nothing has changed', async () => {
    const finished = await send(written('tagesumsatz.csv', monday))
    expect(finished.code).toBe(4)
    sent(finished)
    const { problem, state } = finished.receipt ?? {}
    expect([state, problem?.code]).toEqual(['waiting', 'decision-needed'])
    expect(problem?.what).toContain('58 of its 60 rows are the same')
    expect(problem?.what).toContain(`tagesumsatz.csv, 58 rows, on `)
    expect(problem?.what).toContain(runs[0])
    for (const answer of ['correct', 'append', 'skip'])
      expect(problem?.advice).toContain(`pallet answer ${runs[1]} ${answer}`)
    expect(await table()).toHaveLength(58)
    // A restart asks the same.
    const resumed = await call('resume')
    expect(resumed.code).toBe(4)
    expect(resumed.receipt?.problem?.what).toBe(problem?.what)
    const wrong = await call('answer', runs[1] ?? '', 'replace')
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('correct, snapshot, upsert, slice, append, skip'),
    ])
  })

  test('answered as a correction: the right 60 rows are there, and both receipts say it', async () => {
    const finished = await call('answer', runs[1] ?? '', 'correct')
    expect(finished.code).toBe(0)
    expect(finished.receipt?.load).toMatchObject({ removed: 58, rows: 60, corrects: runs[0] })
    expect(await table()).toEqual(asRows(monday))
    expect((await call('show', runs[0] ?? '')).receipt?.correctedBy).toBe(runs[1])
  })

  test('the warehouse lists its table, what brought it, and answers on the connection that is named', async () => {
    const { events: tables } = await call('tables')
    expect(tables).toMatchObject([
      { table: 'umsatz', rows: 60, deliveries: 2, last: { runId: runs[1], dataset: 'umsatz' } },
    ])
    const { events: ledger } = await call('ledger', 'sandbox', '--table', 'UMSATZ')
    expect(ledger).toMatchObject([
      { runId: runs[1], rows: 60, corrects: runs[0], took: [{ runId: runs[0], rows: 58 }] },
      { runId: runs[0], rows: 58, corrects: null, took: [] },
    ])
    expect((await call('ledger', '--table', 'none')).events).toEqual([])
    const sql = 'select count(*)::varchar as n from umsatz'
    expect((await call('query', sql, '--on', 'sandbox')).events).toEqual([{ n: '60' }])
    expect((await call('query', sql, '--on', 'nowhere')).code).not.toBe(0)
  })

  test('the same bytes once more: nothing is loaded, and it is said', async () => {
    const finished = await send(written('tagesumsatz.csv', monday))
    expect(finished.code).toBe(0)
    expect(finished.receipt).toMatchObject({
      state: 'succeeded',
      load: null,
      answered: [{ question: { kind: 'same-bytes', earlier: { runId: runs[1] } }, answer: 'skip' }],
    })
    expect(await table()).toEqual(asRows(monday))
    const refused = await send(written('other name.csv', monday), '--if-delivered', 'fail')
    expect(refused.code).toBe(1)
    expect(refused.receipt?.problem?.code).toBe('delivered-before')
    expect(await table()).toEqual(asRows(monday))
  })

  test('the file of the next day is no question, and one without rows says so', async () => {
    expect((await send(written('tagesumsatz.csv', tuesday))).code).toBe(0)
    expect(await table()).toEqual(asRows(monday, tuesday))
    const empty = await send(written('tagesumsatz.csv', []))
    expect([empty.code, empty.receipt?.rows.in]).toEqual([0, 0])
    expect(await table()).toEqual(asRows(monday, tuesday))
  })

  test('an empty file in place of everything asks first', async () => {
    const finished = await send(written('leer.csv', []), '--mode', 'replace')
    expect(finished.code).toBe(4)
    expect(finished.receipt?.problem?.what).toBe(
      'It has no rows, and 120 rows would go out of umsatz.',
    )
    expect(await table()).toHaveLength(120)
    const skipped = await call('answer', finished.receipt?.runId ?? '', 'skip')
    expect([skipped.code, skipped.receipt?.state]).toEqual([0, 'succeeded'])
    expect(await table()).toEqual(asRows(monday, tuesday))
  })

  const everything = day('2026-10-01', 1001, 90)
  const wednesday = day('2026-11-18', 201)
  test('once in place of everything is not remembered: the next file adds its rows', async () => {
    const replaced = await send(written('alles.csv', everything), '--mode', 'replace')
    expect(replaced.receipt?.load).toMatchObject({ rows: 90, removed: 120, tableRows: 90 })
    sent(replaced)
    expect(await table()).toEqual(asRows(everything))
    const next = await send(written('tagesumsatz.csv', wednesday))
    expect(next.receipt?.load).toMatchObject({ removed: 0, tableRows: 150 })
    expect(await table()).toEqual(asRows(everything, wednesday))
  })

  test('undone: what it took the place of is there again, beside what came later', async () => {
    const before = await call('verify', runs[2] ?? '')
    expect(before.events.at(-1)).toMatchObject({ event: 'verified', state: 'as-sent' })
    const unsure = await call('undo', runs[2] ?? '')
    expect(unsure.code).toBe(2)
    const undone = await call('undo', runs[2] ?? '', '--yes')
    expect(undone.events.at(-1)).toMatchObject({
      event: 'undo',
      out: 90,
      back: 120,
      tableRows: 180,
    })
    expect(await table()).toEqual(asRows(monday, tuesday, wednesday))
    expect((await call('show', runs[2] ?? '')).receipt?.undoneAt).not.toBeNull()
    const after = await call('verify', runs[2] ?? '')
    expect(after.events.at(-1)).toMatchObject({
      state: 'explained',
      found: [expect.stringMatching(/^The run was undone .*, and its rows were taken out\.$/)],
    })
    // A file that was undone was not delivered.
    const again = await send(written('alles.csv', everything))
    expect(again.receipt?.load).toMatchObject({ rows: 90, removed: 0 })
    expect(await table()).toEqual(asRows(monday, tuesday, wednesday, everything))
    await call('undo', again.receipt?.runId ?? '', '--yes')
  })

  test('a corrected delivery is undone after its correction', async () => {
    const refused = await call('undo', runs[0] ?? '', '--yes')
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining(`Undo ${runs[1]} first.`),
    ])
    await call('undo', runs[1] ?? '', '--yes')
    expect(await table()).toEqual(asRows(good(withFaults(monday)), tuesday, wednesday))
    expect((await call('show', runs[0] ?? '')).receipt?.correctedBy).toBeNull()
  })

  test('what the insights say is the sum of the rows that stand: nothing undone, nothing corrected', async () => {
    expect((await call('insights', 'sales')).code).not.toBe(0)
    const { events: columns } = await call('insights', 'columns', '--accept')
    expect(columns).toMatchObject([
      { kept: { sales: { table: 'umsatz', columns: { time: 'datum', amount: 'betrag' } } } },
    ])
    const standing = [...good(withFaults(monday)), ...tuesday, ...wednesday]
    const cents = standing.reduce((sum, [, , amount]) => sum + Math.round(Number(amount) * 100), 0)
    const { events } = await call('insights', 'sales', '--all')
    const [totals] = events as unknown as { id: string; columns: string[]; rows: string[][] }[]
    expect(totals?.id).toBe('totals')
    expect(totals?.rows[0]?.[totals.columns.indexOf('lines')]).toBe(String(standing.length))
    const revenue = totals?.rows[0]?.[totals.columns.indexOf('revenue')] ?? ''
    expect(Math.round(Number(revenue) * 100)).toBe(cents)
    expect((await call('insights', 'sales', '--days', 'many')).code).toBe(2)
  })

  test('the days of a file take the place of those days, and twice does no harm', async () => {
    const file = written('woche.csv', [...tuesday.slice(0, 40), ...day('2026-11-19', 301, 5)])
    for (const removed of [60, null]) {
      const finished = await send(file, '--by', 'Datum')
      expect(finished.code).toBe(0)
      expect(finished.receipt?.load?.removed ?? null).toBe(removed)
      expect(await table()).toEqual(
        asRows(
          good(withFaults(monday)),
          tuesday.slice(0, 40),
          wednesday,
          day('2026-11-19', 301, 5),
        ),
      )
    }
  })

  test('a file with fewer or more rows than its kind usually has is asked about first', async () => {
    const bounds = await call('datasets', 'rows', 'umsatz', '--at-least', '20', '--at-most', '60')
    expect(bounds.events).toEqual([
      { event: 'dataset', name: 'umsatz', rows: { atLeast: 20, atMost: 60 } },
    ])
    expect(
      (await call('datasets', 'rows', 'umsatz', '--at-least', '9', '--at-most', '3')).code,
    ).toBe(2)
    const before = await table()
    const few = day('2026-11-20', 301, 19)
    const asked = await send(written('kurz.csv', few))
    expect([asked.code, asked.receipt?.problem?.what]).toEqual([
      4,
      'It has 19 clean rows; its files usually have 20 to 60 rows.',
    ])
    expect(await table()).toEqual(before)
    expect((await call('answer', asked.receipt?.runId ?? '', 'load')).code).toBe(0)
    expect(await table()).toEqual([...before, ...asRows(few)].sort())
    // Enough by what is usual, although far less than what goes out.
    const enough = day('2026-11-21', 401, 25)
    expect((await send(written('alles.csv', enough), '--mode', 'replace')).code).toBe(0)
    expect(await table()).toEqual(asRows(enough))
  })

  test('a file whose header has changed is asked about, and goes into the same columns', async () => {
    const file = written('tagesumsatz.csv', day('2026-11-22', 501, 25))
    writeFileSync(file, readFileSync(file, 'utf8').replace('betrag', 'brutto'))
    const asked = await send(file)
    expect(asked.code).toBe(4)
    expect(asked.receipt?.problem?.what).toContain('“betrag” is missing; “brutto” is new')
    const answered = await call(
      'answer',
      asked.receipt?.runId ?? '',
      'map',
      '--map',
      'brutto=betrag',
    )
    expect([answered.code, answered.receipt?.load?.rows]).toEqual([0, 25])
    const all = [day('2026-11-21', 401, 25), day('2026-11-22', 501, 25)]
    expect(await table()).toEqual(asRows(...all))
    // Said beforehand it is no question, and a word that is none is refused.
    expect((await send(file, '--map', 'brutto')).code).toBe(2)
    const check = await send(file, '--dry-run', '--map', 'brutto=')
    expect([check.code, check.events.at(-1)]).toMatchObject([
      1,
      { event: 'error', problem: { what: expect.stringContaining('“betrag” is missing') } },
    ])
  })

  test('what differs between two versions is said, line by line, and by the exit code', async () => {
    const same = await call('datasets', 'diff', 'umsatz@1', 'umsatz@1')
    expect([same.code, same.events]).toEqual([
      0,
      [{ event: 'diff', different: false, changes: [] }],
    ])
    expect((await call('datasets', 'copy', 'umsatz', 'neu')).code).toBe(0)
    expect((await call('datasets', 'columns', 'neu', '--required', 'nummer')).code).toBe(0)
    const other = await call('datasets', 'diff', 'umsatz', 'neu')
    expect([other.code, other.events[0]?.['changes']]).toEqual([
      1,
      [{ how: 'changed', of: 'column nummer, required', before: '', after: 'true' }],
    ])
  })

  test('its columns are changed by name or label, for files to come', async () => {
    const change = (...args: string[]) => call('datasets', 'columns', 'umsatz', ...args)
    expect((await change()).code).toBe(2)
    const changed = await change('--type', 'datum=text', '--required', 'datum')
    expect(changed).toMatchObject({ code: 0, events: [{ event: 'dataset' }] })
    // What was sent last was for that file alone: its files bring days.
    expect(changed.stderr).toContain('The table umsatz keeps the columns it has')
    const [shown] = (await call('datasets', 'show', 'umsatz')).events
    expect(JSON.stringify(shown)).toContain('"type":"text","required":true')
  })
})
