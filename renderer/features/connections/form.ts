import { ConnectionName, type Connection } from '../../../shared/domain/connection.ts'
import { enteredOf, understand } from '../../../shared/systems/entering.ts'
import {
  addableKinds,
  asking,
  kindNamed,
  secretFields,
  type KnownKind,
} from '../../../shared/systems/kinds.ts'
import type { ConnectionSettings, SystemRecord } from '../../../shared/systems/record.ts'

/** The open form: every field of every kind as text, so that changing the kind loses nothing. */
export interface ConnectionForm {
  name: string
  kind: KnownKind
  container: string
  /** By field. */
  entered: Readonly<Record<string, string>>
  /** Secrets in the vault that shall go without a new one in their place. */
  forgotten: readonly string[]
}

/** What is wrong, by field; `name` and `container` are fields of every connection. */
export type Complaints = Partial<Record<string, string>>

export interface SaveInput {
  name: string
  settings: ConnectionSettings
  container: string | null
  secrets: Record<string, string>
}

/** Systems that a connection can be added to. */
export function addableSystems(): SystemRecord[] {
  return [...new Set(addableKinds().map(({ system }) => system))]
}

export function emptyForm(kind: KnownKind): ConnectionForm {
  return { name: '', kind, container: '', entered: {}, forgotten: [] }
}

/** Null: the connection is of a kind that this version does not know. */
export function formOf(connection: Connection): ConnectionForm | null {
  const { name, settings, container } = connection
  const kind = kindNamed(settings.kind)
  return (
    kind && {
      ...emptyForm(kind),
      name,
      container: container ?? '',
      entered: enteredOf(settings),
    }
  )
}

/** Another way of signing in. What is the same stays; secrets that were begun do not. */
export function withKind(form: ConnectionForm, kind: KnownKind): ConnectionForm {
  const left = form.kind.system === kind.system ? { ...form.entered } : {}
  for (const [key] of secretFields(form.kind)) delete left[key]
  return { ...form, kind, entered: left, forgotten: [] }
}

/** The secrets that may be left empty because the vault has them. */
export function keptBy(connection: Connection | null, kind: KnownKind): readonly string[] {
  return connection?.settings.kind === kind.name ? connection.kept : []
}

/**
 * What `connections.save` is told, or what is wrong with which field.
 * @param kept secrets of this kind that the vault already holds
 */
export function saveInput(
  form: ConnectionForm,
  kept: readonly string[],
): { ok: true; input: SaveInput } | { ok: false; complaints: Complaints } {
  const complaints: Complaints = {}
  const name = form.name.trim()
  if (!ConnectionName.safeParse(name).success)
    complaints['name'] = 'Use lower-case letters, digits and hyphens, at most 41.'
  const container = canHoldBlobs(form.kind) ? form.container.trim() : ''
  if (container !== '' && !/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container))
    complaints['container'] = 'Use 3 to 63 lower-case letters, digits and single hyphens.'
  const understood = understand(form.kind, form.entered, kept)
  if (!understood.ok || Object.keys(complaints).length > 0)
    return {
      ok: false,
      complaints: { ...complaints, ...(understood.ok ? {} : understood.complaints) },
    }
  const { settings, secrets } = understood
  for (const key of form.forgotten) secrets[key] ??= ''
  return {
    ok: true,
    input: { name, settings, container: container === '' ? null : container, secrets },
  }
}

/** With what the system is asked what there is to choose; a text: what has to be entered before. */
export function askInput(
  form: ConnectionForm,
  kept: readonly string[],
): Pick<SaveInput, 'settings' | 'secrets'> | string {
  const kind = asking(form.kind)
  const understood = understand(kind, form.entered, kept)
  if (understood.ok) return understood
  const labels = Object.keys(understood.complaints).map((key) => kind.fields[key]?.label ?? key)
  return `Pallet can ask what there is once these are entered: ${labels.join(', ')}.`
}

export function canHoldBlobs({ system }: KnownKind): boolean {
  return system.canBe.includes('blobs')
}
