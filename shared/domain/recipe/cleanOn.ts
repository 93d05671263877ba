/** Where records can be cleaned besides this computer. */
import { z } from 'zod'

export const elsewhere = ['spark', 'databricks', 'snowflake'] as const
export const Elsewhere = z.enum(elsewhere)
export type Elsewhere = z.infer<typeof Elsewhere>

export const elsewhereNames: Readonly<Record<Elsewhere, string>> = {
  spark: 'Spark',
  databricks: 'Databricks',
  snowflake: 'Snowflake',
}

/** Whether it can take files from this computer, so that nobody has to say where they will lie. */
export const takesFilesFromHere: Readonly<Record<Elsewhere, boolean>> = {
  spark: true,
  databricks: false,
  snowflake: true,
}

/** Warehouses that clean what a run brings them, by the name of their system. */
export const cleaningWarehouses = ['snowflake', 'databricks'] as const satisfies Elsewhere[]
export const CleaningWarehouse = z.enum(cleaningWarehouses)
export type CleaningWarehouse = z.infer<typeof CleaningWarehouse>
/** Where a person has the records of a run cleaned. */
export const CleanOn = z.enum(['local', ...cleaningWarehouses])
export type CleanOn = z.infer<typeof CleanOn>
