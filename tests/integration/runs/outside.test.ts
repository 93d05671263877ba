/** Steps that need something from outside of the file: another dataset's table, and the key of tokens. */
import { createHmac } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { datasetFile, writeFileOf } from '../../../shared/domain/datasets/datasetFile.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { memoryVault } from '../../../main/vault/memory.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const signal = AbortSignal.timeout(600_000)

test('rows are looked up in another dataset as it was, and cells become tokens of a key that only this home has', async () => {
  let vault = memoryVault()
  let interrupt = false
  const real = realCore(join(folder(), 'home'), {
    vault: {
      persistence: 'keychain',
      get: (place) => vault.get(place),
      set: (place, secret) => vault.set(place, secret),
      remove: (place) => vault.remove(place),
    },
    rooms: (rooms) => ({
      clean: async (input, control) => {
        if (interrupt) throw new Error('the power was cut')
        return await rooms.clean(input, control)
      },
    }),
  })
  const { core } = real
  const path = (name: string) => join(folder(), name)
  const send = async (dataset: string, lines: string[]) => {
    const file = path(`${dataset}.csv`)
    writeFileSync(file, [...lines, ''].join('\n'))
    const run = await real.until(
      await real.send(file, { blob: null }, dataset),
      'succeeded',
      'failed',
      'stopped',
      'waiting',
    )
    return core.runs.get(run.id)
  }
  try {
    const recipe: Recipe = [
      {
        kind: 'look-up',
        dataset: 'stores',
        keys: [{ column: 'Store', in: 'id' }],
        take: [{ column: 'town', into: 'City' }],
        unmatched: { kind: 'hold' },
      },
      { kind: 'tokenise', columns: ['Customer'] },
    ]
    core.datasets.changeRecipe('sales', recipe)
    const sales = [
      'Store,Customer',
      'S1,C-7',
      'S2,C-8',
      'S9,C-7',
      ...Array<string>(17).fill('S1,C-7'),
    ]
    const early = await send('sales', sales)
    expect(early.run.problem?.what).toBe(
      'A step looks something up in stores, but there is no dataset stores.',
    )
    await send('stores', ['Id,Town', 'S1,Ulm', 'S2,Bonn'])

    // Cut off while it is cleaned, a run goes on with the table as it was.
    interrupt = true
    const cut = await send('sales', sales)
    expect(cut.run.state).toBe('failed')
    interrupt = false
    await send('stores', ['Id,Town', 'S9,Kiel'])
    await core.runs.retry(cut.run.id)
    const { id } = await real.until(cut.run.id, 'succeeded', 'failed', 'stopped', 'waiting')
    const { receipt } = core.runs.get(id)
    expect(receipt).toMatchObject({
      state: 'succeeded',
      rows: { in: 20, clean: 19, quarantined: 1, dropped: 0, loaded: 19 },
      lookedUp: [{ dataset: 'stores', rows: 2 }],
    })
    const { rows: held } = await core.runs.rejects(id, 0, 10)
    expect(held[0]?.reasons[0]?.message).toBe(
      '“S9” is not in the dataset stores, where step 1 looks it up.',
    )
    const key = (await vault.get('tokens/key')) ?? ''
    const token = (value: string) => createHmac('sha256', key).update(value).digest('hex')
    const asked = 'select distinct store, customer, city from sales order by store'
    const { rows } = await core.warehouse.query(asked, 10, signal)
    expect(rows).toEqual([
      ['S1', token('C-7'), 'Ulm'],
      ['S2', token('C-8'), 'Bonn'],
    ])

    // What is asked of a dataset is asked of it under its new name, too.
    core.datasets.rename('stores', 'our shops')
    const asking = core.datasets.list().find(({ name }) => name === 'sales')
    expect(asking?.recipe[0]).toMatchObject({ dataset: 'our shops' })

    // A held-back row is judged by the table as it is now, and comes home.
    const to = { kind: 'cell', column: 1, value: 'C-7' } as const
    await core.runs.fix(id, [{ records: [3], to }], signal)
    const fixed = await core.runs.sendFixed(id, signal)
    const home = await real.until(fixed.runId, 'succeeded', 'failed', 'stopped', 'waiting')
    expect(home.rows).toMatchObject({ in: 1, clean: 1, loaded: 1 })
    const { rows: joined } = await core.warehouse.query(
      'select count(*), count(distinct customer) from sales',
      10,
      signal,
    )
    expect(joined).toEqual([['20', '2']])

    // The dataset as a file names the key, and nothing that was stored or said holds it.
    const known = core.datasets.list().find(({ name }) => name === 'sales')
    const [, tokens] = known?.recipe ?? []
    expect(tokens).toMatchObject({ kind: 'tokenise', key: expect.stringMatching(/^[0-9a-f]{12}$/) })
    if (known === undefined) throw new Error('no dataset')
    expect(writeFileOf(datasetFile(known))).not.toContain(key)
    const files = readdirSync(real.home.folder, { recursive: true, withFileTypes: true })
    for (const file of files)
      if (file.isFile())
        expect(readFileSync(join(file.parentPath, file.name)).includes(key)).toBe(false)

    // On a computer without the key, or with another one, no token is made.
    vault = memoryVault()
    const without = await send('sales', ['Store,Customer', 'S1,C-7'])
    expect(without.run.problem?.what).toMatch(
      /^The key [0-9a-f]{12}, by which the tokens of this dataset are made, is not on this computer\.$/,
    )
    await vault.set('tokens/key', 'another key that is long enough, too')
    const other = await send('sales', ['Store,Customer', 'S2,C-7'])
    expect(other.run.problem?.code).toBe('credential-missing')
  } finally {
    await core.close()
  }
})

test('a home without a keychain is told how to bring a key, and makes none', async () => {
  const real = realCore(join(folder(), 'home'))
  try {
    const file = join(folder(), 'sales.csv')
    writeFileSync(file, 'Customer\nC-7\n')
    real.core.datasets.changeRecipe('sales', [{ kind: 'tokenise', columns: ['Customer'] }])
    const { source } = await real.core.sources.open(file)
    await expect(real.core.runs.check({ source, dataset: 'sales' }, signal)).rejects.toThrow(
      'start Pallet with it in PALLET_SECRET_TOKENS__KEY.',
    )
  } finally {
    await real.core.close()
  }
})
