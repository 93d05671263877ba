import type { TableTotalsInput, TableTotalsOutput } from '../../runs/ports/warehouse.ts'
import { entriesOf } from '../remote/ledger.ts'
import { tableTotals as totalsOfTable } from '../remote/totals.ts'
import type { TotalWords } from '../totals.ts'
import { named } from './names.ts'
import { orNone } from './problems.ts'
import { type SnowflakeAccess, withSession } from './session.ts'
import { catalogue } from './table.ts'

export const inSnowflake: TotalWords = {
  cell: named,
  number: (value, scale) => `CAST(${value} AS NUMBER(38,${scale}))`,
  yes: (cell) => `COUNT_IF(${cell})`,
  day: (value) => `DATEDIFF(DAY, CAST('1970-01-01' AS DATE), ${value})`,
  instant: (value) =>
    `DATEDIFF(MICROSECOND, CAST('1970-01-01 00:00:00' AS TIMESTAMP_NTZ), ${value})`,
  time: (value) => `DATEDIFF(MICROSECOND, CAST('00:00:00' AS TIME), ${value})`,
  // MD5_NUMBER_LOWER64 would be it; the server that the tests have does not know it.
  hash: null,
}

export async function tableTotals(
  access: SnowflakeAccess,
  input: Omit<TableTotalsInput, 'warehouse'>,
  signal: AbortSignal,
): Promise<TableTotalsOutput> {
  return await withSession(access, signal, `adding up ${input.table}`, async (session) => {
    session.tag(input.runId)
    return await totalsOfTable(
      session,
      catalogue,
      input,
      inSnowflake,
      await orNone(entriesOf(session, input.table), []),
    )
  })
}
