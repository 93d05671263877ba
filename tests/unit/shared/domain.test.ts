import type { Destination } from '../../../shared/domain/datasets/dataset.ts'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  completeDestination,
  wrongName,
  proposeBlob,
  proposeDataset,
  proposeTable,
} from '../../../shared/domain/datasets/names.ts'
import { Recipe, defaultRecipe, droppedAs, stepIds } from '../../../shared/domain/recipe/recipe.ts'
import { AddableSettings } from '../../../shared/systems/kinds.ts'
import {
  Problem,
  problemCodes,
  remedyOf,
  sentence,
  withoutSecrets,
} from '../../../shared/domain/problem.ts'
import { ProgressMeter, RateMeter } from '../../../shared/domain/runs/progress.ts'
import type { ProgressState } from '../../../shared/domain/runs/run.ts'
import {
  imbalance,
  isFinished,
  runStates,
  toldWords,
  verbsOf,
} from '../../../shared/domain/runs/run.ts'
import { formatBytes, formatCount, formatDuration } from '../../../shared/domain/sizes.ts'

describe('names', () => {
  test.each([
    ['sales.csv', 'sales'],
    ['Sales_Store12_2026-11-20.csv', 'sales-store'],
    ['Umsätze März.CSV', 'umsatze-marz'],
    ['2026-11-20.csv', 'export'],
    ['Größen_2026.csv', 'gro-en'],
    ['مبيعات ٢٠٢٦.csv', 'مبيعات'],
    ['Продажи_12.csv', 'продажи'],
    ['बिक्री 2026.csv', 'बिक्री'],
    ['stores.csv.gz', 'stores'],
  ])('the dataset of %s is %s', (file, dataset) => {
    expect(proposeDataset(file)).toBe(dataset)
  })

  test('tables are plain words in every script, whatever the dataset is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(proposeTable(name)).toMatch(/^[\p{L}_][\p{L}\p{M}\p{N}_]{0,62}$/u)
      }),
    )
    expect(['مبيعات', 'продажи', 'sales-store', '2026', '…'].map(proposeTable)).toEqual([
      'مبيعات',
      'продажи',
      'sales_store',
      '_2026',
      'export',
    ])
  })

  test('two lines of the account that a kind of step has are told apart by the step', () => {
    const totals = { rule: 'drop-total-rows', step: 'drop-total-rows', rows: 2 }
    const second = { ...totals, step: 'drop-total-rows-2', rows: 1 }
    expect(droppedAs(totals, [totals])).toBe('as totals')
    expect(droppedAs(totals, [totals, { ...second, rows: 0 }])).toBe('as totals')
    expect([totals, second].map((drop) => droppedAs(drop, [totals, second]))).toEqual([
      'as totals (drop-total-rows)',
      'as totals (drop-total-rows-2)',
    ])
  })

  test('the steps of a new recipe have ids of their own', () => {
    expect(defaultRecipe.map(({ id }) => id)).toEqual(stepIds(defaultRecipe))
  })

  const file = { name: 'a.csv', at: new Date(2026, 10, 21, 0, 5), run: '20261121-000500-1' }
  test('a blob keeps the name of its file behind that of its run, in a folder for the day', () => {
    expect(proposeBlob('sales', { ...file, name: 'Umsätze 20.csv' }, 'parquet')).toBe(
      'sales/2026-11-21/20261121-000500-1_Umsätze 20.parquet',
    )
  })

  test('what the person chose wins, then what the dataset remembers, then the connection', () => {
    const connections = { fallback: 'sandbox', containerOf: () => 'from-connection' }
    const blob = { connection: 'azure', container: 'exports', format: 'parquet' } as const
    const warehouse = {
      connection: 'sandbox',
      table: 'till',
      meaning: { kind: 'snapshot' },
    } as const
    const remembered = { blob, warehouse, triggers: [] }
    const dataset = { name: 'sales', destination: remembered }
    expect(completeDestination({}, dataset, file, connections)).toEqual({
      ...remembered,
      blob: { ...blob, name: 'sales/2026-11-21/20261121-000500-1_a.parquet' },
    })
    // Another connection has other containers.
    expect(
      completeDestination({ blob: { connection: 'sandbox' } }, dataset, file, connections).blob
        ?.container,
    ).toBe('from-connection')
    expect(
      completeDestination(
        { warehouse: { table: 't' } },
        { name: 'sales', destination: null },
        file,
        connections,
      ),
    ).toMatchObject({
      blob: { connection: 'sandbox', format: 'csv' },
      warehouse: { connection: 'sandbox', table: 't', meaning: { kind: 'append' } },
    })
    // A part that was left out stays out, and comes back when it is asked for.
    const noTable = { ...remembered, warehouse: null }
    const quiet = { name: 'sales', destination: noTable }
    expect(completeDestination({}, quiet, file, connections).warehouse).toBeNull()
    expect(
      completeDestination({ warehouse: { meaning: { kind: 'append' } } }, quiet, file, connections)
        .warehouse,
    ).toEqual({ connection: 'sandbox', table: 'sales', meaning: { kind: 'append' } })
    expect(completeDestination({ blob: null }, dataset, file, connections).blob).toBeNull()
  })
})

describe('a name that cannot be', () => {
  const fine = {
    blob: {
      connection: 'sandbox',
      container: 'pallet',
      name: 'sales/Überblick 1.csv',
      format: 'csv',
    },
    warehouse: { connection: 'sandbox', table: 'select; drop', meaning: { kind: 'append' } },
    triggers: [],
  } satisfies Destination
  const blob = (change: object) => ({ blob: { ...fine.blob, ...change } })
  const table = (name: string) => ({ warehouse: { ...fine.warehouse, table: name } })
  test('is told in a sentence', () => {
    expect(wrongName('sales', fine, null)).toBe(null)
    expect(wrongName('sales', { ...fine, ...blob({ container: '$web' }) }, null)).toBe(null)
    for (const [name, wrong] of [
      [' ', {}],
      ['x'.repeat(64), {}],
      ['sales', blob({ container: 'ab' })],
      ['sales', blob({ container: 'a--b' })],
      ['sales', blob({ container: 'a'.repeat(64) })],
      ['sales', blob({ container: 'Sales' })],
      ['sales', blob({ container: '..' })],
      ['sales', blob({ name: '' })],
      ['sales', blob({ name: 'a\nb' })],
      ['sales', table('')],
      ['sales', table('_Pallet_ledger')],
      ['sales', table('a\0b')],
      ['sales', table('raw.sales')],
      ['sales', { blob: null, warehouse: null }],
    ] as const)
      expect(wrongName(name, { ...fine, ...wrong }, null)).toMatch(/^\S.*\.$/)
    // Elsewhere a point stands behind a schema; and what a dataset has until now it keeps.
    const elsewhere = { ...fine.warehouse, connection: 'snow', table: 'raw.sales' }
    expect(wrongName('sales', { ...fine, warehouse: elsewhere }, null)).toBe(null)
    const known = { destination: { ...fine, ...table('raw.sales') } }
    expect(wrongName('sales', { ...fine, ...table('raw.sales') }, known)).toBe(null)
  })
})

describe('the account', () => {
  const rows = { in: 10, clean: 7, quarantined: 2, dropped: 1, loaded: 7 }
  test('balances when every record is somewhere', () => {
    expect(imbalance(rows)).toBeNull()
  })
  test.each([
    ['a record is missing', { clean: 6, loaded: 6 }],
    ['a record appears from nowhere', { in: 9 }],
    ['the warehouse has fewer', { loaded: 6 }],
    ['a step has not reported', { loaded: null }],
  ])('does not balance when %s', (_case, change) => {
    expect(imbalance({ ...rows, ...change })).toEqual(expect.any(String))
  })
})

describe('states', () => {
  test('a finished run can be neither paused nor resumed, an unfinished one always cancelled', () => {
    for (const state of runStates) {
      const verbs = verbsOf(state)
      if (isFinished(state)) {
        expect(verbs).not.toContain('pause')
        expect(verbs).not.toContain('resume')
      } else expect(verbs).toContain('cancel')
    }
  })
})

describe('problems', () => {
  test('a credential waits for a person, a network for itself, the rest ends the run', () => {
    expect(remedyOf('credential-expired')).toBe('person')
    expect(remedyOf('network')).toBe('retry')
    expect(remedyOf('table-mismatch')).toBe('end')
    for (const code of problemCodes) expect(['retry', 'person', 'end']).toContain(remedyOf(code))
  })

  test('what is thrown by others becomes a sentence, its text only a detail', () => {
    const problem = Problem.from(new TypeError('x is undefined'))
    expect(problem.code).toBe('internal')
    expect(problem.data.what).not.toContain('undefined')
    expect(sentence(problem.data)).toContain('(x is undefined)')
    expect(Problem.from(problem)).toBe(problem)
    expect(Problem.from(AbortSignal.abort().reason).code).toBe('cancelled')
  })
})

describe('the rate', () => {
  test('is unknown for the first second, then settles on the truth', () => {
    const meter = new RateMeter()
    meter.take(0, 0)
    meter.take(500, 500)
    expect(meter.perSecond).toBeNull()
    for (let at = 1000; at <= 30_000; at += 250) meter.take(at, at)
    expect(meter.perSecond).toBeCloseTo(1000, -1)
    expect(meter.secondsFor(10_000)).toBeCloseTo(10, 0)
  })

  test('does not jump when one report comes late', () => {
    const meter = new RateMeter()
    for (let at = 0; at <= 10_000; at += 250) meter.take(at, at)
    meter.take(10_000, 10_250)
    meter.take(10_500, 10_500)
    expect(meter.perSecond).toBeGreaterThan(900)
    expect(meter.perSecond).toBeLessThan(1100)
  })

  test('does not jump when blocks of many seconds each are acknowledged together', () => {
    const meter = new RateMeter()
    const block = 4_000_000
    meter.take(0, 0)
    // Four travel at once and share 500,000 bytes a second: all four arrive every 32 seconds.
    const told: (number | null)[] = []
    for (let blocks = 1; blocks <= 40; blocks += 1) {
      meter.take(blocks * block, Math.ceil(blocks / 4) * 32_000 + (blocks % 4) * 20)
      told.push(meter.perSecond)
    }
    for (const rate of told.slice(8)) {
      expect(rate).toBeGreaterThan(300_000)
      expect(rate).toBeLessThan(700_000)
    }
  })

  test('follows a line that has become another one', () => {
    const meter = new RateMeter()
    for (let at = 0; at <= 60_000; at += 500) meter.take(at, at)
    for (let at = 500; at <= 16_000; at += 500) meter.take(60_000 + at / 10, 60_000 + at)
    expect(meter.perSecond).toBeCloseTo(100, 0)
  })

  test('starts afresh when a step starts again', () => {
    const meter = new RateMeter()
    for (let at = 0; at <= 5000; at += 250) meter.take(at * 10, at)
    meter.take(0, 6000)
    expect(meter.perSecond).toBeNull()
    expect(meter.secondsFor(100)).toBeNull()
  })

  test('is not lowered by a rest', () => {
    const meter = new RateMeter()
    for (let at = 0; at <= 5000; at += 250) meter.take(at, at)
    meter.rest()
    meter.take(5250, 65_000)
    for (let at = 250; at <= 5000; at += 250) meter.take(5250 + at, 65_000 + at)
    expect(meter.perSecond).toBeCloseTo(1000, 0)
  })
})

describe('the progress of an upload', () => {
  const total = 100_000
  const counts = (bytesDone: number, bytesMoved: number, state: ProgressState = 'moving') => ({
    bytesDone,
    bytesTotal: total,
    bytesMoved,
    state,
    doing: 'Sending blocks',
  })

  test('does not take what was there already for speed', () => {
    const meter = new ProgressMeter()
    for (let at = 0; at <= 5000; at += 250) {
      const found = meter.take(counts(at * 10, 0), at)
      expect(found).toMatchObject({ bytesPerSecond: null, secondsLeft: null })
    }
    let progress = meter.take(counts(50_000, 0), 5250)
    for (let at = 250; at <= 10_000; at += 250)
      progress = meter.take(counts(50_000 + at, at), 5250 + at)
    expect(progress.bytesPerSecond).toBeCloseTo(1000, 0)
    expect(progress.secondsLeft).toBeCloseTo(40, 0)
  })

  test('has no rate and no time left while it waits, compares, commits or verifies', () => {
    const meter = new ProgressMeter()
    meter.take(counts(0, 0), 0)
    for (let at = 250; at <= 5000; at += 250) meter.take(counts(at, at), at)
    for (const state of ['waiting', 'settling'] as const)
      expect(meter.take(counts(5000, 5000, state), 5500)).toMatchObject({
        bytesDone: 5000,
        bytesPerSecond: null,
        secondsLeft: null,
        state,
      })
    // An hour offline later it goes on at the rate it had.
    meter.take(counts(5250, 5250), 3_600_000)
    expect(meter.take(counts(5500, 5500), 3_600_250).bytesPerSecond).toBeCloseTo(1000, 0)
  })

  test('that goes on does not fall back before it has sent something itself', () => {
    const meter = new ProgressMeter(60_000)
    expect(meter.take(counts(0, 0, 'settling'), 0).bytesDone).toBe(60_000)
    expect(meter.take(counts(20_000, 0), 100).bytesDone).toBe(60_000)
    expect(meter.take(counts(64_000, 0), 200).bytesDone).toBe(64_000)
    // What the storage lost is lost.
    expect(meter.take(counts(30_000, 10_000), 300).bytesDone).toBe(30_000)
    expect(new ProgressMeter(total * 2).take(counts(0, 0), 0).bytesDone).toBe(99_000)
  })
})

test('who got a message is named alone, also where an older run has named it by its kind', () => {
  for (const name of ['', 'a letter', 'a message'])
    expect(toldWords({ connection: 'mail', name, done: true })).toBe('mail')
})

test('sizes, counts and spans read like a person would write them', () => {
  expect([0, 1023, 1024, 4.37e6, 5e9].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '4.2 MiB',
    '4.7 GiB',
  ])
  expect([0, 999, 1000, 10494, 5_000_000].map(formatCount)).toEqual([
    '0',
    '999',
    '1,000',
    '10,494',
    '5,000,000',
  ])
  expect([420, 12_000, 200_000, 7_500_000].map(formatDuration)).toEqual([
    '0.4 s',
    '12 s',
    '3 min 20 s',
    '2 h 5 min',
  ])
})

describe('secrets', () => {
  test.each([
    'Failed to parse https://a.example/c?sv=1&sig=GEHEIM%3D',
    'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=GEHEIM==;EndpointSuffix=x',
    'SharedAccessSignature=GEHEIM',
    'authorization: Bearer GEHEIM',
    'authorization: SharedKey account:GEHEIM',
    'https://me:GEHEIM@shop.example/',
    'http://127.0.0.1:1/?token=GEHEIM',
  ])('in the text of others are cut out: %s', (text) => {
    expect(withoutSecrets(text)).not.toContain('GEHEIM')
    expect(JSON.stringify(Problem.from(new Error(text)).data)).not.toContain('GEHEIM')
  })

  test('and the rest stays', () => {
    const text = 'ENOENT: no such file or directory, open "/a/b=c?x=1&y=2"'
    expect(withoutSecrets(text)).toBe(text)
  })

  test('do not slip into the open settings of a connection', () => {
    const settings = (endpoint: string) =>
      AddableSettings.safeParse({ kind: 'account-key', account: 'shop', endpoint }).success
    expect(settings('https://shop.blob.core.windows.net/')).toBe(true)
    expect(settings('https://shop.blob.core.windows.net/?sv=1&sig=x')).toBe(false)
    expect(settings('https://me:x@shop.blob.core.windows.net')).toBe(false)
  })
})

describe('the steps of a recipe', () => {
  const trim = { kind: 'trim' as const }
  test('have ids, given or from their kinds, the same each time', () => {
    const recipe = Recipe.parse([trim, { ...trim, id: 'trim-2' }, trim, trim])
    expect(stepIds(recipe)).toEqual(['trim', 'trim-2', 'trim-3', 'trim-4'])
  })
  test('cannot share an id', () => {
    const twice = [
      { ...trim, id: 'a' },
      { ...trim, id: 'a' },
    ]
    expect(Recipe.safeParse(twice).success).toBe(false)
  })
})
