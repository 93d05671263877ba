import type { DatabricksServer } from '../../fixtures/databricksServer.ts'
import type { LoadInput, LoadOutput } from '../../../main/runs/ports/warehouse.ts'
import { load } from '../../../main/warehouse/load.ts'
import { cleanFile } from '../../fixtures/cleanFile.ts'

let schemas = 0

/** A table with two rows, and a load that would replace one of them. */
export async function begun(
  server: DatabricksServer,
  home: string,
  signIn = server.access.signIn,
): Promise<{
  home: string
  next: LoadInput
  send: (
    input: LoadInput,
    report?: (doing: string) => void,
    signal?: AbortSignal,
  ) => Promise<LoadOutput>
  table: () => Promise<string[]>
  /** What is left in the schema, and in the volume. */
  left: () => Promise<string[]>
}> {
  schemas += 1
  const schema = `begun_${schemas}`
  const warehouse = { ...server.access, schema, signIn }
  const input = (runId: string, rows: string[]): LoadInput => ({
    ...cleanFile(home, runId, rows),
    warehouse,
    meaning: { kind: 'upsert', keys: ['sku'] },
  })
  const send = (
    one: LoadInput,
    report: (doing: string) => void = () => undefined,
    signal = new AbortController().signal,
  ): Promise<LoadOutput> =>
    load(one, {
      signal,
      report: ({ doing }) => report(doing),
      ask: () => Promise.reject(new Error('nothing is asked here')),
    })
  await send(input('r1', ['A,1.00,', 'B,1.00,']))
  return {
    home,
    next: input('r2', ['B,2.00,', 'C,2.00,']),
    send,
    table: async () => {
      const rows = await server.meddle(
        schema,
        'SELECT sku, price, _pallet_run FROM sales ORDER BY sku',
      )
      return rows.map((row) => row.join(' '))
    },
    left: async () => {
      const rows = await server.meddle(
        schema,
        `SELECT table_name FROM unity.tables WHERE table_schema = '${schema}' ORDER BY 1`,
      )
      return [...rows.map(([name]) => String(name)), ...server.files()]
    },
  }
}

export const before = ['A 1.00 r1', 'B 1.00 r1']
export const after = ['A 1.00 r1', 'B 2.00 r2', 'C 2.00 r2']
/** Nothing that was staged. */
export const whole = ['_pallet_kept_r2', '_pallet_ledger', '_pallet_turn', 'sales']
export const loaded = { rows: 2, tableRows: 3, removed: 1, already: false }
