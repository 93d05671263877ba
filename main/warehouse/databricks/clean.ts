import type { Control } from '../../runs/ports/control.ts'
import type {
  CleanThereInput,
  CleanThereOutput,
  LoadReport,
  RemoveThereInput,
} from '../../runs/ports/warehouse.ts'
import { cleanIn, dropLeft } from '../remote/cleaning.ts'
import { bringParts, freshName, inDatabricks, sweep, sweepLeft } from './bring.ts'
import { named } from './names.ts'
import { openSession } from './session.ts'
import { definition, likeDefinition } from './table.ts'
import type { DatabricksAccess } from './workspace.ts'

/** As `WarehouseSystem.clean` says. All of it but the clean rows is staged, and taken away at the end, or by the next try. */
export async function clean(
  access: DatabricksAccess,
  input: Omit<CleanThereInput, 'warehouse'>,
  control: Control<LoadReport>,
): Promise<CleanThereOutput> {
  const { signal } = control
  const { runId } = input
  const session = openSession(access, signal, 'cleaning the records')
  await session.awake((doing) => control.report({ rowsDone: null, doing }))
  await sweep(session, runId, signal)
  const place = {
    ...session,
    system: 'Databricks',
    words: inDatabricks,
    async bring(told: (share: number) => void) {
      const columns = [
        { name: 'rec', type: 'BIGINT' },
        { name: 'line', type: 'BIGINT' },
        ...Array.from({ length: input.width }, (_, nth) => ({
          name: `c${nth + 1}`,
          type: 'STRING',
        })),
      ]
      const table = freshName(runId)
      await session.rows(likeDefinition(table, columns))
      const cells = columns.map(({ name, type }) => `CAST(${name} AS ${type}) AS ${named(name)}`)
      const paths = input.parts.map(({ path }) => path)
      await bringParts(session, { runId, paths, cells, table, told }, signal)
      return named(table)
    },
    async judge(query: string) {
      const table = named(freshName(runId))
      await session.rows(`CREATE OR REPLACE TABLE ${table} AS ${query}`)
      return table
    },
    async keep(table: string, columns: CleanThereInput['columns'], query: string) {
      const names = columns.map(({ name }) => named(name)).join(', ')
      await session.rows(definition(table, columns))
      // Whoever sends it twice has the rows once.
      await session.rows(`INSERT OVERWRITE TABLE ${named(table)} (${names}) ${query}`)
    },
    stream: async (query: string) => (await session.stream(query)).rows,
  }
  try {
    return await cleanIn(place, input, control)
  } finally {
    await sweepLeft(session, runId, signal)
  }
}

/** As `WarehouseSystem.removeCleaned` says. */
export async function removeCleaned(
  access: DatabricksAccess,
  input: Omit<RemoveThereInput, 'warehouse'>,
  signal: AbortSignal,
): Promise<number> {
  const session = openSession(access, signal, 'removing what was cleaned')
  const staged = await sweep(session, input.runId, signal)
  return staged + (await dropLeft(session, input))
}
