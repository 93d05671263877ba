import type { Delivery } from '../../../shared/domain/runs/delivery.ts'
import type { ContentsOutput } from '../../runs/ports/warehouse.ts'
import { contentsOf } from '../contents.ts'
import type { Statements } from './statements.ts'

/** What stands in the schema of a session. */
export async function contents(
  statements: Statements,
  deliveries: Delivery[],
): Promise<ContentsOutput> {
  const rows = await statements.rows(
    "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = CURRENT_SCHEMA() AND TABLE_TYPE NOT LIKE '%VIEW%' ORDER BY TABLE_NAME",
  )
  return await contentsOf(
    rows.map(([name]) => String(name)),
    deliveries,
    statements.named,
    (sql) => statements.rows(sql),
  )
}
