import type { WarehouseAccess, WarehouseSystem } from '../runs/ports/warehouse.ts'
import { duckdbWarehouse } from './duckdb/warehouse.ts'

/** Every warehouse, by the kind of its access. */
export const warehouses: { readonly [Kind in WarehouseAccess['kind']]: WarehouseSystem } = {
  duckdb: duckdbWarehouse,
}
