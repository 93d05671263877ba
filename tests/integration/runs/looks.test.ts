/** A file is looked at before it is sent: every row of it, filtered, in order, with what would become of each. */
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Rooms } from '../../../main/runs/ports/rooms.ts'
import type {
  LookFilter,
  LookOrder,
  LookState,
  LookView,
} from '../../../shared/domain/files/look.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { EffectState } from '../../../shared/domain/recipe/effect.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { writeSalesExport } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const open: RealCore[] = []
afterEach(async () => {
  for (const { core } of open.splice(0)) await core.close()
})

function start(rooms?: (rooms: Rooms) => Partial<Rooms>): RealCore {
  const real = realCore(join(folder(), 'home'), rooms === undefined ? {} : { rooms })
  open.push(real)
  return real
}

const never = new AbortController().signal
const plain = {
  filters: [] as LookFilter[],
  order: null as LookOrder | null,
  typed: [] as Column[],
}

/** Follows a file until it has been read whole, and goes on following it until it is let go. */
async function lookAt({ core }: RealCore, file: string) {
  const { source } = await core.sources.open(file)
  const end = new AbortController()
  const states = core.looks.follow({ source }, end.signal)
  let state: LookState | undefined
  do state = (await states.next()).value ?? state
  while (state?.kind === 'reading')
  return {
    source,
    state,
    states,
    letGo: async () => {
      end.abort()
      await states.next()
    },
  }
}

async function lastOf(states: AsyncIterable<EffectState>): Promise<EffectState | null> {
  let last: EffectState | null = null
  for await (const state of states) last = state
  return last
}

describe('rows of a file', () => {
  test('are there from any place, as often as anybody looks, and the file is read once', async () => {
    let reads = 0
    const real = start((rooms) => ({
      readToLook: (input, control) => {
        reads += 1
        return rooms.readToLook(input, control)
      },
    }))
    const { core, home } = real
    const file = join(folder(), 'sales.csv')
    const truth = await writeSalesExport(file, { rows: 10_000, seed: 5, oneDefectIn: 40 })
    const { source, state, letGo } = await lookAt(real, file)
    expect(state).toMatchObject({ kind: 'whole', rows: truth.records })

    const seen: number[] = []
    for (let from = 0; from < truth.records; from += 500) {
      const { rows, total } = await core.looks.rows({ source, ...plain, from, limit: 500 }, never)
      expect(total).toBe(truth.records)
      seen.push(...rows.map(({ record }) => record))
    }
    expect(seen).toEqual(Array.from({ length: truth.records }, (_, nth) => nth + 1))

    const check = await core.runs.check({ source, dataset: 'sales' }, never)
    expect(check).toMatchObject({ records: truth.records, clean: truth.clean, held: truth.held })
    const held = await core.looks.rows(
      { source, ...plain, filters: [{ kind: 'held' }], from: 0, limit: 500 },
      never,
    )
    expect(held.total).toBe(truth.held)
    expect(held.rows.every(({ fate }) => fate.kind === 'held' || fate.kind === 'broken')).toBe(true)
    const dropped = await core.looks.rows(
      { source, ...plain, filters: [{ kind: 'dropped' }], from: 0, limit: 500 },
      never,
    )
    expect(dropped.total).toBe(truth.dropped)
    expect(dropped.rows.every(({ fate }) => fate.kind === 'dropped')).toBe(true)

    const profile = await core.runs.profile({ source }, never)
    expect(profile.records).toBe(truth.records)
    expect(reads).toBe(1)
    await letGo()
    expect(readdirSync(home.incoming)).toEqual([])
  })
})

test('rows that were repaired are marked where they stand, and a table far down in the file can be read instead', async () => {
  const real = start()
  const { core } = real
  const file = join(folder(), 'till.csv')
  // The second table begins behind what a preview looks at.
  const rows = Array.from({ length: 60_000 }, (_, index) =>
    index === 59_000 ? `${index},"12" ruler",1.50` : `${index},note of the row ${index},1.50`,
  )
  const below = '\n\nReturns\nday,shop,sum,till\n2026-03-01,a,5,1\n2026-03-02,b,6,2\n'
  writeFileSync(file, `id,note,price\n${rows.join('\n')}${below}`)
  const { source, state, letGo } = await lookAt(real, file)
  expect(state).toMatchObject({ kind: 'whole', rows: 60_000, broken: 0, repaired: 1 })
  const repaired = await core.looks.rows(
    { source, ...plain, filters: [{ kind: 'repaired' }], from: 0, limit: 10 },
    never,
  )
  expect(repaired.rows.map(({ line, cells, repaired: how }) => [line, cells[1], how])).toEqual([
    [59_002, '12" ruler', 'quote'],
  ])
  const near = await core.looks.rows({ source, ...plain, from: 58_999, limit: 3 }, never)
  expect(near.rows.map(({ repaired: how }) => how)).toEqual([undefined, 'quote', undefined])

  if (state?.kind !== 'whole') throw new Error('It was read.')
  expect(state.doubts.join()).toContain('Another table, “Returns”, begins on line 60004')
  expect(state.parts?.choices.map(({ name }) => name)).toEqual([
    'Line 1: id, note, price',
    'Line 60,004: Returns (day, shop, sum)',
  ])
  const asked = { source, rows: 10 }
  expect((await core.sources.preview(asked, never)).parts).toEqual([])
  const { parts } = await core.sources.preview({ ...asked, everyTable: true }, never)
  expect(parts).toEqual([state.parts])
  const reading = parts[0]?.choices[1]?.reading ?? undefined
  const second = await core.sources.preview({ ...asked, reading }, never)
  expect(second.columns.map(({ label }) => label)).toEqual(['day', 'shop', 'sum', 'till'])
  expect(second.rows.map(({ cells }) => cells.at(-1))).toEqual(['1', '2'])
  await letGo()
})

describe('what is looked for', () => {
  const text = [
    'id,day,price,shop',
    '1,03.02.2026,"1,50", Köln',
    '2,04.02.2026,"12,00",Bonn',
    '3,31.01.2026,none at all,Köln',
    '4,05.02.2026,"7,25"',
    '5,06.02.2026,"99,90","Bad ""Ems""\nTal"',
    ',,,',
    '6,07.02.2026,"0,10",N/A',
    '',
  ].join('\n')
  const columns: Column[] = [
    { name: 'id', label: 'id', type: 'integer' },
    { name: 'day', label: 'day', type: 'date', order: 'dmy' },
    { name: 'price', label: 'price', type: 'decimal', decimalMark: ',' },
    { name: 'shop', label: 'shop', type: 'text' },
  ]

  async function opened() {
    const real = start()
    const file = join(folder(), 'shops.csv')
    writeFileSync(file, text)
    const { source } = await lookAt(real, file)
    const look = { source, columns, typed: columns }
    return {
      ...real,
      look,
      linesOf: async (filters: LookFilter[], order: LookOrder | null = null) => {
        const input = { ...look, filters, order, from: 0, limit: 100 }
        const { rows, total } = await real.core.looks.rows(input, never)
        expect(rows).toHaveLength(total)
        return rows.map(({ line }) => line)
      },
    }
  }

  test('is found by what is shown, by value, range, shape and fault', async () => {
    const { linesOf, look: asked, core, ...real } = await opened()
    const shop = 'shop'
    const price = 'price'
    expect(await linesOf([{ kind: 'contains', column: null, text: '05.02' }])).toEqual([5])
    expect(await linesOf([{ kind: 'contains', column: 'day', text: '02.2026' }])).toEqual([
      2, 3, 6, 9,
    ])
    expect(await linesOf([{ kind: 'contains', column: null, text: 'bad "EMS"\nt' }])).toEqual([6])
    // Cut as cleaning cuts it, and empty where it says nothing.
    expect(await linesOf([{ kind: 'value', column: shop, value: 'Köln' }])).toEqual([2, 4])
    expect(await linesOf([{ kind: 'value', column: shop, value: '' }])).toEqual([8, 9])
    const range = { kind: 'range', column: price, from: '1.5', to: '12' } as const
    expect(await linesOf([{ ...range, withLast: false }])).toEqual([2])
    expect(await linesOf([{ ...range, withLast: true }])).toEqual([2, 3])
    expect(
      await linesOf([
        { kind: 'range', column: 'day', from: '2026-02-01', to: '2026-02-04', withLast: true },
      ]),
    ).toEqual([2, 3])
    expect(await linesOf([{ kind: 'shape', column: price, shape: '99,99' }])).toEqual([3, 6])
    expect(await linesOf([{ kind: 'misfit', column: price }])).toEqual([4])
    expect(
      await linesOf([{ kind: 'held' }, { kind: 'value', column: shop, value: 'Köln' }]),
    ).toEqual([4])
    // The row that lacks a cell has none to be looked at, but it is one of those that would be held back.
    expect(await linesOf([{ kind: 'held' }])).toEqual([4, 5])
    expect(await linesOf([{ kind: 'dropped' }])).toEqual([8])
    // For one column alone; and by a rule of it that is added, not by what was found before.
    expect(await linesOf([{ kind: 'breaks', column: price }])).toEqual([4])
    expect(await linesOf([{ kind: 'breaks', column: 'id' }])).toEqual([])
    asked.columns = asked.columns.map((one) => (one.name === 'id' ? { ...one, max: 5 } : one))
    expect(await linesOf([{ kind: 'breaks', column: 'id' }])).toEqual([9])
    expect(await linesOf([{ kind: 'held' }])).toEqual([4, 5, 9])

    const file = join(folder(), 'calls.csv')
    writeFileSync(file, 'at,lasts\n9:05 am,0:30\n22:50,27:15:00\nsoon,-0:01\n')
    const { source } = await lookAt({ core, ...real }, file)
    const columns: Column[] = [
      { name: 'at', label: 'at', type: 'time' },
      { name: 'lasts', label: 'lasts', type: 'duration' },
    ]
    for (const [column, from, to, line] of [
      ['at', '09:05:00', '10:00:00', 2],
      ['at', '22:48:05', '24:00:00', 3],
      ['lasts', '-0:25:29', '0:29:59.5', 4],
      ['lasts', '27:15:00', '28:00:00', 3],
    ] as const) {
      const filter = { kind: 'range', column, from, to, withLast: false } as const
      const look = { source, columns, typed: columns, filters: [filter], order: null }
      const { rows } = await core.looks.rows({ ...look, from: 0, limit: 9 }, never)
      expect([filter, rows.map((row) => row.line)]).toEqual([filter, [line]])
    }
  })

  test('comes in the order of its values, without a value last', async () => {
    const { linesOf } = await opened()
    expect(await linesOf([], { column: 'price', descending: true })).toEqual([6, 3, 2, 9, 4, 5, 8])
    expect(await linesOf([], { column: 'day', descending: false })).toEqual([4, 2, 3, 6, 9, 5, 8])
  })

  test('a line is found: of a row, inside one, of a broken one, before and behind all', async () => {
    const { core, look } = await opened()
    const find = (line: number, filters: LookFilter[] = []) =>
      core.looks.find({ ...look, filters, order: null, line }, never)
    expect(await find(1)).toBe(0)
    expect(await find(2)).toBe(0)
    expect(await find(5)).toBe(3)
    expect(await find(7)).toBe(4)
    expect(await find(4_000_000)).toBe(6)
    expect(await find(7, [{ kind: 'contains', column: null, text: 'bonn' }])).toBe(0)
    expect(await find(7, [{ kind: 'contains', column: null, text: 'nowhere' }])).toBeNull()
  })

  test('the cells of a row come with its place, and why it would be held back', async () => {
    const { core, look } = await opened()
    await core.runs.check({ ...look, dataset: 'shops' }, never)
    const { rows } = await core.looks.rows({ ...plain, ...look, from: 2, limit: 3 }, never)
    expect(rows).toMatchObject([
      {
        record: 3,
        line: 4,
        cells: ['3', '31.01.2026', 'none at all', 'Köln'],
        fate: { kind: 'held', reasons: [{ column: 'price', value: 'none at all' }] },
      },
      { record: 4, line: 5, cells: [], fate: { kind: 'broken', raw: '4,05.02.2026,"7,25"' } },
      { record: 5, line: 6, cells: ['5', '06.02.2026', '99,90', 'Bad "Ems"\nTal'] },
    ])
  })
})

test('a file that becomes another one is told, and what was read of it goes', async () => {
  const real = start()
  const file = join(folder(), 'growing.csv')
  writeFileSync(file, 'a,b\n1,2\n')
  const { states, state, letGo } = await lookAt(real, file)
  expect(state).toMatchObject({ kind: 'whole', rows: 1 })
  appendFileSync(file, '3,4\n')
  expect((await states.next()).value).toEqual({ kind: 'changed' })
  await letGo()
  expect(readdirSync(real.home.incoming)).toEqual([])
})

describe('a recipe that is tried', () => {
  const recipe: Recipe = [
    { kind: 'trim' },
    { kind: 'fill', columns: ['shop'], with: { kind: 'above' } },
    { kind: 'drop-duplicates', keys: ['till'] },
    { kind: 'split', column: 'item', at: '-', into: ['kind', 'colour'] },
    { kind: 'derive', into: 'total', formula: 'number([price]) * 2' },
    { kind: 'case', columns: ['shop'], to: 'upper', off: true },
    { kind: 'remove', columns: ['price'] },
  ]

  /** A shop is named once for every thousand rows, every hundredth till twice, and one row is broken. */
  function write(file: string): void {
    const lines = Array.from({ length: 3000 }, (_, nth) => {
      const till = nth % 100 === 50 ? nth - 1 : nth
      const shop = nth % 1000 === 5 ? ` Shop ${nth}` : ''
      return nth === 1500 ? 'torn' : `${till},${shop},red-${nth},${nth === 2000 ? 'free' : nth}`
    })
    writeFileSync(file, `till,shop,item,price\n${lines.join('\n')}\n`)
  }

  test('is counted over the whole file, and seen row by row wherever one looks', async () => {
    const real = start()
    const { core, home } = real
    const file = join(folder(), 'tried.csv')
    write(file)
    const { source, letGo } = await lookAt(real, file)
    const last = await lastOf(core.looks.effect({ source, recipe }, never))
    const step = (stepId: string, cells: Record<string, number>, dropped = 0, held = 0) => ({
      stepId,
      changedCells: Object.values(cells).reduce((sum, one) => sum + one, 0),
      changedByColumn: Object.entries(cells).map(([column, count]) => ({ column, cells: count })),
      droppedRows: dropped,
      heldRows: held,
    })
    expect(last).toEqual({
      kind: 'known',
      effect: {
        rowsIn: 2999,
        rowsOut: 2999 - 30 - 1,
        labels: ['till', 'shop', 'kind', 'colour', 'total'],
        steps: [
          step('trim', { shop: 3 }),
          step('fill', { shop: 2999 - 3 - 5 }),
          step('drop-duplicates', {}, 30),
          step('split', { kind: 2969, colour: 2969 }),
          step('derive', { total: 2968 }, 0, 1),
          step('case', {}),
          step('remove', {}),
        ],
      },
    })

    const shown = { recipe, since: 0, upTo: recipe.length, view: 'both' as LookView }
    const input = { source, ...plain, ...shown, from: 0, limit: 3 }
    const at = (from: number, more: Partial<typeof input> = {}) =>
      core.looks.worked({ ...input, from, ...more }, never)
    const { columns, rows, total } = await at(1499)
    expect(total).toBe(3000)
    expect(columns).toEqual([
      { label: 'till', was: 'till', change: 'kept' },
      { label: 'shop', was: 'shop', change: 'kept' },
      { label: 'item', was: 'item', change: 'removed' },
      { label: 'price', was: 'price', change: 'removed' },
      { label: 'kind', was: null, change: 'made' },
      { label: 'colour', was: null, change: 'made' },
      { label: 'total', was: null, change: 'made' },
    ])
    expect(rows).toMatchObject([
      {
        record: 1500,
        line: 1501,
        cells: ['1499', 'Shop 1005', '', '', 'red', '1499', '2998'],
        before: { 1: '', 2: 'red-1499', 3: '1499' },
        fate: { kind: 'stands' },
      },
      { record: 1501, cells: [], fate: { kind: 'broken', raw: 'torn' } },
      { record: 1502, fate: { kind: 'stands' } },
    ])
    // The shop stands far above; nothing stands above the first rows.
    expect((await at(2998)).rows[0]?.cells[1]).toBe('Shop 2005')
    expect((await at(0)).rows.map(({ cells }) => cells[1])).toEqual(['', '', ''])
    expect((await at(2000)).rows[0]).toMatchObject({
      cells: ['2000', '', 'red-2000', 'free', '', '', ''],
      before: {},
      fate: {
        kind: 'failed',
        step: 'derive',
        sentence: '“free” is not a number, which step 5, “total” = number([price]) * 2, needs.',
      },
    })
    expect((await at(50)).rows[0]?.fate).toEqual({ kind: 'dropped', step: 'drop-duplicates' })

    // One step alone: before is what the step before it leaves.
    const filled = await at(1004, { since: 1, upTo: 2 })
    expect(filled.columns.every(({ change }) => change === 'kept')).toBe(true)
    expect(filled.rows.map(({ before }) => before)).toEqual([{ 1: '' }, {}, { 1: '' }])

    const found = await at(0, { filters: [{ kind: 'value', column: 'total', value: '5996' }] })
    expect(found).toMatchObject({
      total: 1,
      rows: [{ record: 2999, cells: ['2998', 'Shop 2005', '', '', 'red', '2998', '5996'] }],
    })

    // Only the rows that the steps change, drop or fail: of all of them, and of one alone.
    const changedBy = async (since: number, upTo: number) => {
      const changed = await at(0, { filters: [{ kind: 'changed' }], since, upTo })
      return [changed.total, ...changed.rows.map(({ record, fate }) => `${record} ${fate.kind}`)]
    }
    expect(await changedBy(0, 1)).toEqual([3, '6 stands', '1006 stands', '2006 stands'])
    expect(await changedBy(2, 3)).toEqual([30, '51 dropped', '151 dropped', '251 dropped'])
    expect((await changedBy(4, 5))[0]).toBe(2969)
    const both: LookFilter[] = [
      { kind: 'changed' },
      { kind: 'contains', column: 'price', text: 'free' },
    ]
    expect((await at(0, { filters: both, since: 4, upTo: 5 })).rows).toMatchObject([
      { record: 2001, fate: { kind: 'failed' } },
    ])
    expect((await at(0, { filters: [{ kind: 'changed' }] })).total).toBe(2999)
    // In the file as it is, by the same steps.
    const asItIs = { source, ...plain, filters: both, recipe, from: 0, limit: 9 }
    expect((await core.looks.rows(asItIs, never)).rows).toMatchObject([{ record: 2001 }])
    await letGo()
    expect(readdirSync(home.incoming)).toEqual([])
  })

  test('a text is found where it is shown: before, after or both, in rows that a step drops or fails, too', async () => {
    const real = start()
    const { core } = real
    const file = join(folder(), 'shown.csv')
    const lines = [
      'Town,Item,Price',
      'KÖLN,tea-red,1', // 2
      ' Köln ,tea-blue,2', // 3
      'Bonn,milk-köln,3', // 4
      'KÖLN,tea-red,-1', // 5: dropped
      'KÖLN,tea-red,free', // 6: failed
      'köln,tea-red,1', // 7: dropped as a duplicate
      '"Bonn,milk', // 8: broken
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    const { source, letGo } = await lookAt(real, file)
    const recipe: Recipe = [
      { kind: 'trim' },
      { kind: 'drop-rows', when: '[Price] = "-1"' },
      { kind: 'case', columns: ['Town'], to: 'title' },
      { kind: 'split', column: 'Item', at: '-', into: ['Kind', 'Colour'] },
      { kind: 'rename', column: 'Town', to: 'City' },
      { kind: 'derive', into: 'Tag', formula: '[City] & "/" & [Colour]' },
      { kind: 'derive', into: 'Twice', formula: 'number([Price]) * 2' },
      { kind: 'drop-duplicates', keys: ['City', 'Colour'], keep: 'first' },
    ]
    const find = async (
      view: LookView,
      text: string,
      column: string | null = null,
      more: { since?: number; upTo?: number; order?: LookOrder; isWhole?: boolean } = {},
    ) => {
      const { since = 0, upTo = recipe.length, order = null, isWhole } = more
      const filters = [{ kind: 'contains' as const, column, text, isWhole }]
      const between = { recipe, since, upTo, view }
      const look = { source, ...plain, filters, order }
      const asked = { ...look, ...between, from: 0, limit: 20 }
      const { rows, total } = await core.looks.worked(asked, never)
      expect(total).toBe(rows.length)
      // A line is found among the same rows.
      const last = rows.at(-1)
      if (last !== undefined && order === null)
        expect(await core.looks.find({ ...look, between, line: last.line }, never)).toBe(total - 1)
      return rows.map(({ line }) => line)
    }
    expect(await find('before', 'KÖLN')).toEqual([2, 3, 4, 5, 6, 7])
    expect(await find('before', 'Köln', 'Town')).toEqual([2, 3, 5, 6, 7])
    expect(await find('before', 'KÖLN', 'Town', { isWhole: true })).toEqual([2, 5, 6])
    expect(await find('before', 'Köln', 'Town', { isWhole: true })).toEqual([3])
    // What steps make is found where it is shown, and only there.
    expect(await find('before', 'köln/red')).toEqual([])
    expect(await find('after', 'köln/red')).toEqual([2])
    expect(await find('both', 'köln/red')).toEqual([2])
    expect(await find('after', 'blue', 'Colour')).toEqual([3])
    expect(await find('after', 'tea-red')).toEqual([])
    // In a row that steps take stands what stood there before.
    expect(await find('after', '-1', 'Price')).toEqual([5])
    expect(await find('after', 'free')).toEqual([6])
    expect(await find('both', 'tea-red')).toEqual([2, 5, 6, 7])
    expect(await find('both', 'bonn')).toEqual([4, 8])
    // One step alone: before is what the steps before it leave.
    const split = { since: 3, upTo: 4 }
    expect(await find('before', 'Köln', 'Town', { ...split, isWhole: true })).toEqual([
      2, 3, 5, 6, 7,
    ])
    expect(await find('after', 'tea', 'Kind', split)).toEqual([2, 3, 6, 7])
    // In an order, what has no value comes last, and what is dropped has none.
    const order = { column: 'Price', descending: true }
    expect(await find('both', 'köln', null, { order })).toEqual([4, 3, 2, 5, 6, 7])

    // As the file has them, no step takes a row away.
    const look = { source, ...plain, recipe, from: 0, limit: 20 }
    const linesOf = async (filters: LookFilter[], by: LookOrder | null = null) =>
      (await core.looks.rows({ ...look, filters, order: by }, never)).rows.map(({ line }) => line)
    expect(await linesOf([{ kind: 'contains', column: 'Price', text: '-1' }])).toEqual([5])
    expect(await linesOf([], { column: 'Price', descending: false })).toHaveLength(7)
    await letGo()
  })

  test('is told where it does not fit, and worked as far as it does', async () => {
    const real = start()
    const file = join(folder(), 'tried.csv')
    writeFileSync(file, 'a,b\n 1,2\n')
    const { source } = await lookAt(real, file)
    const wrong: Recipe = [
      { kind: 'trim' },
      { kind: 'case', columns: ['c'], to: 'upper' },
      { kind: 'trim' },
    ]
    const last = await lastOf(real.core.looks.effect({ source, recipe: wrong }, never))
    expect(last).toMatchObject({
      effect: {
        rowsOut: 1,
        steps: [
          { changedByColumn: [{ column: 'a', cells: 1 }] },
          { problem: 'step 2, “c” in capital letters: there is no column “c”.' },
        ],
      },
    })
    const filters: LookFilter[] = [{ kind: 'value', column: 'a', value: '1' }]
    const shown = { recipe: wrong, since: 0, upTo: 3, view: 'both' as const }
    const between = { ...shown, from: 0, limit: 9 }
    const { rows } = await real.core.looks.worked({ source, ...plain, filters, ...between }, never)
    expect(rows).toMatchObject([{ cells: ['1', '2'], before: { 0: ' 1' } }])
  })
})
