import { z } from 'zod'
import { UploadLimit } from './limit.ts'

export const themes = ['system', 'light', 'dark'] as const
export const Theme = z.enum(themes)
export type Theme = z.infer<typeof Theme>

/** What can be set for a whole Pallet home. */
export const Settings = z.object({
  uploadLimit: UploadLimit,
  theme: Theme,
  /** For how many days rows that were held back, and copies of files that failed, are kept; null: for ever. */
  keepDays: z.int().min(1).max(3650).nullable(),
})
export type Settings = z.infer<typeof Settings>

/** What is not given stays as it is. */
export const SettingsChange = Settings.partial()
export type SettingsChange = z.infer<typeof SettingsChange>
