/** What steps need from outside of a file, from a real warehouse, as a run is brought it. */
import { join } from 'node:path'
import { openEngine } from '../../../main/duckdb/engine.ts'
import { quoteIdentifier } from '../../../main/duckdb/sql.ts'
import { broughtTo } from '../../../main/runs/outside/outside.ts'
import { TokenKeys } from '../../../main/runs/outside/tokenKeys.ts'
import { memoryVault } from '../../../main/vault/memory.ts'
import { columnValues } from '../../../main/warehouse/load.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import type { Cell } from './canonical.ts'

export interface Others {
  steps: Recipe
  others?: Record<string, { columns: string[]; rows: Cell[][] }> | undefined
  key?: string | undefined
}

/** Keys of tokens of a home that keeps none but this one. */
export function tokenKeysOf(key: string | undefined): TokenKeys {
  let id: string | null = null
  const vault = { ...memoryVault(), get: async () => key ?? null }
  const settings = { tokenKey: () => id, saveTokenKey: (made: string) => void (id = made) }
  return new TokenKeys({ vault, settings })
}

export async function outsideOf(folder: string, { steps, others = {}, key }: Others) {
  const { signal } = new AbortController()
  const file = join(folder, 'others.duckdb')
  const options = {
    file,
    tempFolder: join(folder, 'temp'),
    access: 'read-write',
    otherFiles: 'refused',
    memoryBytes: 128 * 1024 * 1024,
  } as const
  if (Object.keys(others).length > 0) {
    const engine = await openEngine(options, signal)
    for (const [name, { columns, rows }] of Object.entries(others)) {
      const defined = columns.map((column) => `${quoteIdentifier(column)} VARCHAR`).join(', ')
      await engine.run(`CREATE TABLE ${quoteIdentifier(name)} (${defined})`)
      const values = columns.map((_, nth) => `$${nth + 1}`).join(', ')
      for (const row of rows)
        await engine.run(`INSERT INTO ${quoteIdentifier(name)} VALUES (${values})`, row)
    }
    engine.close()
  }
  const datasets = {
    get: (name: string): Dataset | null =>
      name in others
        ? {
            name,
            reading: null,
            recipe: [],
            contract: null,
            destination: {
              blob: null,
              warehouse: { connection: 'sandbox', table: name, meaning: { kind: 'append' } },
              triggers: [],
            },
            updatedAt: '',
          }
        : null,
  }
  const parts = {
    rooms: { columnValues },
    datasets,
    warehouseOf: async () => ({ kind: 'duckdb' as const, file }),
    tokenKeys: tokenKeysOf(key),
  }
  return await broughtTo(parts, steps, join(folder, 'outside'), signal)
}
