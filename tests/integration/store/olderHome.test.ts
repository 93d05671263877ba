import { describe, expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { olderHome } from '../../fixtures/homes/olderHome.ts'
import { pallet } from '../../fixtures/pallet.ts'

const folder = testFolder()
const lines = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('a home of 2026-11-21, when a run had one storage and one table', () => {
  test('opens with its runs and connections, and what was cut off goes on', async () => {
    const home = olderHome('2026-11-21', folder())
    const runs = lines((await pallet(['runs'], { home })).stdout)
    expect(runs.map(({ id, state }) => [id, state])).toEqual([
      ['20261121-161407-2a0a', 'waiting'],
      ['20261121-161356-74d2', 'running'],
      ['20261121-161318-2461', 'stopped'],
      ['20261121-161306-056a', 'succeeded'],
    ])
    const connections = lines((await pallet(['connections', 'list'], { home })).stdout)
    expect(connections.map(({ name }) => name)).toEqual(['sandbox', 'shop'])

    // The one for `shop` waits for a credential that this computer does not have.
    const resumed = await pallet(['resume'], { home })
    expect(resumed.code).toBe(4)
    const receipts = resumed.events.filter(({ event }) => event === 'receipt')
    expect(receipts).toHaveLength(2)
    expect(receipts.find(({ runId }) => runId === '20261121-161356-74d2')).toMatchObject({
      state: 'succeeded',
      rows: { in: 40, clean: 39, quarantined: 1, dropped: 0, loaded: 39 },
    })
    const [{ n } = {}] = lines(
      (await pallet(['query', 'select count(*) as n from sales'], { home })).stdout,
    )
    expect(n).toBe('42')
    // The dataset is as it was taught: a file with other columns is held to it.
    const receipt = (await pallet(['show', '20261121-161306-056a'], { home })).stdout
    expect(receipt).toContain('"loaded":3')
    // What it knew of a dataset is its first version.
    const history = lines((await pallet(['datasets', 'history', 'sales'], { home })).stdout)
    expect(history.at(-1)).toMatchObject({
      version: 1,
      what: 'As it was before Pallet kept versions.',
      contract: { columns: expect.any(Array) },
    })
  })
})
