import type { Control } from '../../runs/ports/control.ts'
import type {
  CleanThereInput,
  CleanThereOutput,
  LoadReport,
  RemoveThereInput,
} from '../../runs/ports/warehouse.ts'
import { cleanIn, dropLeft } from '../remote/cleaning.ts'
import { bringRecords } from './bring.ts'
import { named } from './names.ts'
import { type SnowflakeAccess, withSession } from './session.ts'
import { typesOf } from './table.ts'
import { inSnowflake } from './totals.ts'

const recordsTable = '_pallet_records'
const judgedTable = '_pallet_judged'

/** As `WarehouseSystem.clean` says. Records, and what is known of them, go with the session; the clean rows stay, without the days that Snowflake keeps of a table that was dropped. */
export async function clean(
  access: SnowflakeAccess,
  input: Omit<CleanThereInput, 'warehouse'>,
  control: Control<LoadReport>,
): Promise<CleanThereOutput> {
  return await withSession(access, control.signal, 'cleaning the records', async (session) => {
    session.tag(input.runId)
    const make = async (table: string, is: string): Promise<string> => {
      await session.rows(`CREATE OR REPLACE TEMPORARY TABLE ${named(table)} ${is}`)
      return named(table)
    }
    const place = {
      ...session,
      system: 'Snowflake',
      words: inSnowflake,
      async bring(told: (share: number) => void) {
        const cells = Array.from({ length: input.width }, (_, nth) => `C${nth + 1} TEXT`)
        const records = await make(
          recordsTable,
          `(REC NUMBER(19,0), LINE NUMBER(19,0), ${cells.join(', ')})`,
        )
        const about = { file: 'the records', table: input.table }
        await bringRecords(session, input.parts, recordsTable, about, told)
        return records
      },
      judge: (query: string) => make(judgedTable, `AS ${query}`),
      async keep(table: string, columns: CleanThereInput['columns'], query: string) {
        await session.rows(
          `CREATE OR REPLACE TRANSIENT TABLE ${named(table)} (${typesOf(columns).join(', ')})`,
        )
        await session.rows(
          `INSERT INTO ${named(table)} (${columns.map(({ name }) => named(name)).join(', ')}) ${query}`,
        )
      },
      stream: async (query: string) => (await session.stream(query)).rows,
    }
    return await cleanIn(place, input, control)
  })
}

/** As `WarehouseSystem.removeCleaned` says. */
export const removeCleaned = (
  access: SnowflakeAccess,
  input: Omit<RemoveThereInput, 'warehouse'>,
  signal: AbortSignal,
): Promise<number> =>
  withSession(access, signal, 'removing what was cleaned', (session) => dropLeft(session, input))
