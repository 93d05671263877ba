import { z } from 'zod'
import { systems } from './all.ts'
import type {
  ConnectionSettings,
  Field,
  Kind,
  OpenConnection,
  SecretsOf,
  SettingsOf,
  SystemRecord,
} from './record.ts'

/** A kind with its name and its system. */
export interface KnownKind extends Kind {
  name: string
  system: SystemRecord
}

export function kindsOf(system: SystemRecord): KnownKind[] {
  return Object.entries(system.kinds).map(([name, kind]) => ({ ...kind, name, system }))
}

/** What is known of a kind; null for one that this version does not know. */
export function kindNamed(name: string, of: readonly SystemRecord[] = systems): KnownKind | null {
  return of.flatMap(kindsOf).find((kind) => kind.name === name) ?? null
}

/** The kinds that a person can add. */
export function addableKinds(of: readonly SystemRecord[] = systems): KnownKind[] {
  return of.filter(({ builtIn }) => builtIn !== true).flatMap(kindsOf)
}

/** Fields of a kind with their keys, in the order they are asked for. */
export function settingFields({ fields }: Kind): [key: string, field: Field][] {
  return Object.entries(fields).filter(([, { secret }]) => secret !== true)
}

export function secretFields({ fields }: Kind): [key: string, field: Field][] {
  return Object.entries(fields).filter(([, { secret }]) => secret === true)
}

/** `privateKey` → `private-key`: a field outside of the settings, in a flag or a variable. */
export function hyphened(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/**
 * Where the vault keeps the secrets of a connection, by field. The first lies under the connection's own name,
 * as all did when there was only one.
 */
export function vaultNames(connection: string, kind: Kind): Map<string, string> {
  return new Map(
    secretFields(kind).map(([key], index) => [
      key,
      index === 0 ? connection : `${connection}/${hyphened(key)}`,
    ]),
  )
}

/** The fields of which a system says what could stand there. */
export function offeredFields({ fields }: Kind): string[] {
  return Object.entries(fields).flatMap(([key, { offered }]) => (offered === true ? [key] : []))
}

/** The kind, of which is asked what it offers: what can be chosen there need not be known before. */
export function asking(kind: KnownKind): KnownKind {
  const fields = Object.entries(kind.fields).map(([key, field]): [string, Field] => [
    key,
    field.offered === true ? { ...field, optional: true } : field,
  ])
  return { ...kind, fields: Object.fromEntries(fields) }
}

const longestText = 8192

/** What a field takes; a wrong value is told in a sentence. */
export function valueSchema(field: Field): z.ZodType<string | number | boolean> {
  const { label } = field
  const needed = `${label} is needed.`
  const text = z.string({ error: needed }).max(longestText, `${label} is too long.`)
  switch (field.input) {
    case 'text':
      return field.shape === undefined
        ? text.min(1, needed)
        : text.regex(field.shape.pattern, field.shape.wrong)
    case 'lines':
      return text.min(1, needed)
    case 'url': {
      const wrong = `${label} is a web address${field.example === undefined ? '' : `, such as ${field.example}`}.`
      const address = z.url({ protocol: /^https?$/ })
      return text
        .min(1, { error: needed, abort: true })
        .refine((value) => address.safeParse(value).success, { error: wrong, abort: true })
        .refine(
          (value) => !/[?#@]/.test(value),
          `${label} is the address alone, without a signature, a user name or a password.`,
        )
    }
    case 'number': {
      const { min, max } = field
      const wrong = `${label} is a whole number from ${min} to ${max}.`
      return z.int({ error: wrong }).min(min, wrong).max(max, wrong)
    }
    case 'choice': {
      const names = Object.keys(field.choices)
      return z.enum(names, { error: `${label} is one of ${names.join(', ')}.` })
    }
    case 'yes-no':
      return z.boolean({ error: `${label} is yes or no.` })
  }
}

/** Complete settings of one kind; what does not belong to it is left out. */
export function settingsSchema(kind: KnownKind): z.ZodType<ConnectionSettings> {
  const shape = settingFields(kind).map(([key, field]): [string, z.ZodType] => {
    const value = valueSchema(field)
    return [key, field.optional === true ? value.optional() : value]
  })
  return z.object({
    kind: z.literal(kind.name),
    ...Object.fromEntries(shape),
  }) as z.ZodType<ConnectionSettings>
}

/** Settings as they are stored and shown: also those of a kind that this version does not know, or that lack something. */
export const StoredSettings: z.ZodType<ConnectionSettings, ConnectionSettings> = z
  .object({ kind: z.string() })
  .catchall(z.union([z.string(), z.number(), z.boolean()]))

/** Settings that can be saved: complete, of a kind that can be added. */
export const AddableSettings = settingsOf((kind) => kind)

/** Settings of which is asked what can be chosen with them. */
export const AskedSettings = settingsOf(asking)

function settingsOf(
  as: (kind: KnownKind) => KnownKind,
): z.ZodType<ConnectionSettings, ConnectionSettings> {
  return StoredSettings.transform((given, context) => {
    const kind = addableKinds().find(({ name }) => name === given.kind)
    if (kind === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['kind'],
        message: 'There is no such kind of connection.',
      })
      return z.NEVER
    }
    const parsed = settingsSchema(as(kind)).safeParse(given)
    if (parsed.success) return parsed.data
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', path, message })
    return z.NEVER
  })
}

type WaysOf<Record extends SystemRecord> = {
  [Name in keyof Record['kinds']]: (connection: {
    name: string
    settings: SettingsOf<Record['kinds'][Name]['fields']>
    secrets: SecretsOf<Record['kinds'][Name]['fields']>
  }) => unknown
}

/**
 * What is to be done with a connection, by its kind. Complete over the kinds of a record, or it does not compile;
 * each gets settings and secrets as its fields make them, which whoever opens the connection sees to.
 */
export function byKind<Record extends SystemRecord, Ways extends WaysOf<Record>>(
  _record: Record,
  ways: Ways,
): (connection: OpenConnection) => ReturnType<Ways[keyof Record['kinds']]> {
  type Result = ReturnType<Ways[keyof Record['kinds']]>
  const byName = new Map<string, (connection: never) => Result>(Object.entries(ways))
  return (connection) => {
    const way = byName.get(connection.settings.kind)
    if (way === undefined) throw new Error(`no way for the kind ${connection.settings.kind}`)
    return way(connection as never)
  }
}
