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
