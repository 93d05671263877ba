import { z } from 'zod'
import { ConnectionName } from '../connection.ts'

/** A statement that is asked again under its name. */
export const SavedQuery = z.object({
  name: z
    .string()
    .trim()
    .min(1, 'A query is saved under a name.')
    .max(100, 'The name of a query has at most 100 characters.')
    .regex(/^\P{Cc}*$/u, 'The name of a query is one line.'),
  /** The warehouse that is asked. */
  connection: ConnectionName,
  sql: z.string().trim().min(1, 'There is no statement to save.').max(100_000),
})
export type SavedQuery = z.infer<typeof SavedQuery>

/** So many are kept in a home. */
export const mostSaved = 500
