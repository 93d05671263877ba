/**
 * What is said of an outside system, once. Form, flags, validation, help and documentation are derived from
 * its record (see kinds.ts and entering.ts); what it does is implemented behind the ports in main.
 *
 * One record a system, its ways of signing in as `kinds`. A kind is the one word that a stored connection
 * (`"kind": "sas-url"`) and the command line (`--kind sas-url`) have for system and way together. So homes and
 * scripts that were made before stay as they are, no second word has to agree with the first, and a system with
 * five ways of signing in is one choice in the window with five below it. Ways that share a field share it as a value.
 */

/** What a system can be to a run. */
export type Ability = 'source' | 'files' | 'blobs' | 'warehouse' | 'trigger' | 'alert' | 'stream'

export const abilityWords: Readonly<Record<Ability, string>> = {
  source: 'Files come from it',
  files: 'Its folders can be watched',
  blobs: 'Keeps files',
  warehouse: 'Keeps tables',
  trigger: 'Is told when data has landed',
  alert: 'Is told what needs a person',
  stream: 'Carries rows as they happen',
}

interface FieldWords {
  label: string
  /** One sentence below the field. */
  help?: string
  /** Its shape, shown where nothing is entered yet. */
  example?: string
  /** May be left empty; else it is needed. */
  optional?: true
  /** Lies in the vault, never in the settings, and is never shown. */
  secret?: true
  /** What could stand here can be asked for there, once it is known how to sign in; anything can be typed. */
  offered?: true
  /** Stands for what was left empty; a text, as a person would enter it. */
  default?: string | ((entered: Readonly<Record<string, string>>) => string)
}

/** One thing that a connection of a kind needs to be told. */
export type Field = FieldWords &
  (
    | { input: 'text'; shape?: { pattern: RegExp; wrong: string } }
    /** Several lines, such as a key in PEM. */
    | { input: 'lines' }
    /** http or https, the address alone: what stands after a `?` may be a signature, and settings are shown in the open. */
    | { input: 'url' }
    /** A whole number. */
    | { input: 'number'; min: number; max: number }
    /** One of the keys; the values are its words. */
    | { input: 'choice'; choices: Readonly<Record<string, string>> }
    | { input: 'yes-no' }
  )

/** By key: the name in the settings, and with hyphens that of the flag. */
export type Fields = Readonly<Record<string, Field>>

/** One way of signing in to a system. */
export interface Kind {
  title: string
  fields: Fields
  /** What the person is asked elsewhere while it signs in. */
  asks?: string
  /** Its credential is put right outside of Pallet, so that trying again may help by itself. */
  elsewhere?: true
}

export interface SystemRecord {
  name: string
  title: string
  sentence: string
  canBe: readonly Ability[]
  /** Is there by itself and cannot be added. */
  builtIn?: true
  /** Of who is told: what of it is started is named for each dataset, and called so. */
  job?: { label: string; help: string }
  /** Of who is told: it takes parameters. */
  parameters?: true
  /** What is wrong with parameters that it does take, as a sentence, or null. */
  wrongParameters?(parameters: Readonly<Record<string, string>>): string | null
  /**
   * How lineage names what lies there, of what is no secret: a namespace, and what stands before the name of a table or blob
   * (https://openlineage.io/docs/spec/naming). `container`: of a blob.
   */
  lineage?(
    settings: ConnectionSettings,
    container: string | null,
  ): { namespace: string; before: string } | null
  /** Where the system is, of what is no secret; null: the settings do not say. */
  address?(settings: ConnectionSettings): string | null
  /** By the name that is stored and typed; unique over all systems. */
  kinds: Readonly<Record<string, Kind>>
}

/** What is not secret about a connection; its secrets lie in the vault. */
export type ConnectionSettings = { kind: string } & { [key: string]: string | number | boolean }

type Value<F> = F extends { input: 'number' }
  ? number
  : F extends { input: 'yes-no' }
    ? boolean
    : F extends { input: 'choice'; choices: infer Choices }
      ? keyof Choices & string
      : string
type Secret = { secret: true }
type Optional = { optional: true }

/** The settings that the fields of a kind make. */
export type SettingsOf<F extends Fields> = {
  readonly [Key in keyof F as F[Key] extends Secret | Optional ? never : Key]: Value<F[Key]>
} & {
  readonly [
    Key in keyof F as F[Key] extends Secret ? never : F[Key] extends Optional ? Key : never
  ]?: Value<F[Key]>
}

/** The secrets that the fields of a kind make. */
export type SecretsOf<F extends Fields> = {
  readonly [
    Key in keyof F as F[Key] extends Secret ? (F[Key] extends Optional ? never : Key) : never
  ]: string
} & {
  readonly [Key in keyof F as F[Key] extends Secret & Optional ? Key : never]?: string
}

/** A connection with its secrets, as the implementation of its system gets it. In memory only. */
export interface OpenConnection {
  name: string
  settings: ConnectionSettings
  secrets: Readonly<Record<string, string>>
  /** Keeps a setting that was not known before; absent: the connection is only tried. */
  learn?: ((setting: Readonly<Record<string, string>>) => void) | undefined
}
