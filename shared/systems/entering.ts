import type { ConnectionSettings, Field } from './record.ts'
import {
  type KnownKind,
  secretFields,
  settingFields,
  settingsSchema,
  valueSchema,
} from './kinds.ts'

/** What a person entered, by field: always text; yes and no are `yes` and `no`. */
export type Entered = Readonly<Record<string, string>>

/** What is wrong, by field, in sentences. */
export type Complaints = Readonly<Record<string, string>>

export type Understood =
  | { ok: true; settings: ConnectionSettings; secrets: Record<string, string> }
  | { ok: false; complaints: Complaints }

/**
 * Settings and secrets out of what was entered. Secrets that were left empty are left out.
 * @param kept secrets that are there already and may be left empty
 */
export function understand(
  kind: KnownKind,
  entered: Entered,
  kept: readonly string[] = [],
): Understood {
  const complaints: Record<string, string> = {}
  const given: Record<string, unknown> = { kind: kind.name }
  const trimmed = Object.fromEntries(
    Object.entries(entered).map(([key, text]) => [key, text.trim()]),
  )
  for (const [key, field] of settingFields(kind)) {
    const value = valueOf(field, trimmed[key] || defaultOf(field, trimmed))
    if (value !== undefined) given[key] = value
  }
  const parsed = settingsSchema(kind).safeParse(given)
  const made = (key: string): boolean => !trimmed[key] && kind.fields[key]?.default !== undefined
  const issues = (parsed.error?.issues ?? []).map(({ path, message }) => ({
    key: String(path[0]),
    message,
  }))
  for (const { key, message } of issues)
    // What was made of other fields cannot be right before they are.
    if (!made(key) || issues.every((issue) => made(issue.key))) complaints[key] ??= message
  const secrets: Record<string, string> = {}
  for (const [key, field] of secretFields(kind)) {
    const text = trimmed[key] ?? ''
    if (text === '' && (kept.includes(key) || field.optional === true)) continue
    const checked = valueSchema(field).safeParse(text)
    if (checked.success) secrets[key] = text
    else complaints[key] = checked.error.issues[0]?.message ?? ''
  }
  return parsed.success && Object.keys(complaints).length === 0
    ? { ok: true, settings: parsed.data, secrets }
    : { ok: false, complaints }
}

/** The settings as a person would have entered them. */
export function enteredOf(settings: ConnectionSettings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([key]) => key !== 'kind')
      .map(([key, value]) => [
        key,
        typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value),
      ]),
  )
}

/** Stored settings with what has come to the kind since; `missing` are labels of fields for which nothing stands. */
export function filledUp(
  kind: KnownKind,
  stored: ConnectionSettings,
): { settings: ConnectionSettings; missing: string[] } {
  const settings = { ...stored }
  const missing: string[] = []
  for (const [key, field] of settingFields(kind)) {
    if (settings[key] !== undefined) continue
    const usual = valueOf(field, defaultOf(field, enteredOf(stored)))
    if (usual !== undefined) settings[key] = usual
    else if (field.optional !== true) missing.push(field.label)
  }
  return { settings, missing }
}

/** What stands for a field that is left empty. */
export function defaultOf(field: Field, entered: Entered): string {
  const { default: usual } = field
  return (typeof usual === 'function' ? usual(entered) : usual) ?? ''
}

function valueOf(field: Field, text: string): string | number | boolean | undefined {
  switch (field.input) {
    case 'yes-no':
      return text === 'yes' || (text === '' || text === 'no' ? false : text)
    case 'number':
      return text === '' ? undefined : Number(text)
    case 'text':
    case 'lines':
    case 'url':
    case 'choice':
      return text === '' ? undefined : text
  }
}
