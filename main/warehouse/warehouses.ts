import type { AccessOf, WarehouseAccess, WarehouseSystem } from '../runs/ports/warehouse.ts'
import { databricksWarehouse } from './databricks/warehouse.ts'
import { duckdbWarehouse } from './duckdb/warehouse.ts'
import { snowflakeWarehouse } from './snowflake/warehouse.ts'

/** Every warehouse, by the kind of its access. */
const warehouses: {
  readonly [Kind in WarehouseAccess['kind']]: WarehouseSystem<AccessOf<Kind>>
} = {
  duckdb: duckdbWarehouse,
  snowflake: snowflakeWarehouse,
  databricks: databricksWarehouse,
}

/** What implements the warehouse that is reached so. */
export function warehouseOf({ kind }: WarehouseAccess): WarehouseSystem<WarehouseAccess> {
  return warehouses[kind]
}
