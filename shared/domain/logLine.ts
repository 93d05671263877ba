import { z } from 'zod'

export const logLevels = ['info', 'warn', 'error'] as const

/** One line of Pallet's log, as the window shows it. */
export const LogLine = z.object({
  /** UTC, ISO 8601. */
  at: z.string(),
  level: z.enum(logLevels),
  message: z.string(),
  /** What else stands in it, as JSON; '' where nothing does. */
  detail: z.string(),
})
export type LogLine = z.infer<typeof LogLine>
