import { describe, expect, it } from 'vitest'
import {
  emptyForm,
  formOf,
  keptBy,
  saveInput,
  withKind,
  type ConnectionForm,
} from '../../../renderer/features/connections/form.ts'
import type { Connection } from '../../../shared/domain/connection.ts'
import {
  AddableSettings,
  addableKinds,
  kindNamed,
  secretFields,
  settingFields,
  type KnownKind,
} from '../../../shared/systems/kinds.ts'
import type { Field } from '../../../shared/systems/record.ts'

function kind(name: string): KnownKind {
  const found = kindNamed(name)
  if (found === null) throw new Error(`no kind ${name}`)
  return found
}

/** What a person would enter, as the record shows it. */
function sampleOf(field: Field): string {
  switch (field.input) {
    case 'choice':
      return Object.keys(field.choices)[0] ?? ''
    case 'number':
      return String(field.min)
    case 'yes-no':
      return 'yes'
    case 'text':
    case 'lines':
    case 'url':
      return field.example ?? 'https://somewhere.example'
  }
}

const samples = (of: KnownKind): Record<string, string> =>
  Object.fromEntries(settingFields(of).map(([key, field]) => [key, sampleOf(field)]))

/** A secret that has the form its field asks for. */
function secretOf(field: Field): string {
  const shape = field.input === 'text' ? field.shape : undefined
  const any = 'x'.repeat(32)
  const fits = [any, `whsec_${any}`, `https://hooks.example/${any}`].find(
    (text) => shape?.pattern.test(text) !== false,
  )
  if (fits === undefined) throw new Error(`no secret here fits ${String(shape?.pattern)}`)
  return fits
}

function filled(of: KnownKind): ConnectionForm {
  const secrets = secretFields(of).map(([key, field]) => [key, secretOf(field)])
  return {
    ...emptyForm(of),
    name: 'contoso-prod',
    entered: { ...samples(of), ...Object.fromEntries(secrets) },
  }
}

function saved(settings: Connection['settings'], kept: string[]): Connection {
  return { name: 'contoso-prod', settings, container: null, secret: 'stored', kept, createdAt: '' }
}

describe.each(addableKinds())('$name', (of) => {
  const secretKeys = secretFields(of).map(([key]) => key)

  it('a filled form is what the contract takes, and comes back into the form', () => {
    const checked = saveInput(filled(of), [])
    if (!checked.ok) throw new Error(JSON.stringify(checked.complaints))
    const { settings, secrets } = checked.input
    expect(AddableSettings.parse(settings)).toEqual(settings)
    expect(Object.keys(secrets)).toEqual(secretKeys)
    expect(JSON.stringify(settings)).not.toContain('xxx')
    const again = formOf(saved(settings, secretKeys))
    expect(again?.kind).toEqual(of)
    for (const [key] of settingFields(of)) expect(again?.entered[key]).toBe(samples(of)[key])
    for (const key of secretKeys) expect(again?.entered[key]).toBe(undefined)
  })

  it('asks for a secret only when none is stored', () => {
    const bare = { ...filled(of), entered: samples(of) }
    expect(saveInput(bare, []).ok).toBe(secretFields(of).every(([, field]) => field.optional))
    const kept = saveInput(bare, secretKeys)
    expect(kept.ok && kept.input.secrets).toEqual({})
  })
})

it('complains about each wrong field by name', () => {
  const form = { ...emptyForm(kind('entra-client-secret')), name: 'My Name', container: 'A' }
  const checked = saveInput(form, [])
  expect(checked.ok ? {} : checked.complaints).toEqual({
    name: 'Use lower-case letters, digits and hyphens, at most 41.',
    container: 'Use 3 to 63 lower-case letters, digits and single hyphens.',
    endpoint: 'Storage address is needed.',
    tenant: 'Tenant is needed.',
    client: 'Client id is needed.',
    clientSecret: 'Client secret is needed.',
  })
})

it('knows the address of an account by its name, and does not complain about it before there is one', () => {
  const form = filled(kind('account-key'))
  const checked = saveInput({ ...form, entered: { ...form.entered, endpoint: '' } }, [])
  expect(checked.ok && checked.input.settings).toMatchObject({
    endpoint: 'https://contoso.blob.core.windows.net',
  })
  const empty = saveInput({ ...form, entered: {} }, [])
  expect(Object.keys(empty.ok ? {} : empty.complaints)).toEqual(['account', 'accountKey'])
})

it('keeps what is the same in another way of signing in, and no secret that was begun', () => {
  const form = withKind(filled(kind('entra-client-secret')), kind('entra-browser'))
  expect(form.entered).toEqual(samples(kind('entra-client-secret')))
  const account = withKind(filled(kind('account-key')), kind('sas-url'))
  expect(account.entered).toEqual(samples(kind('account-key')))
})

it('does not take the secret of one way for that of another', () => {
  const connection = saved({ kind: 'sas-url' }, ['sasUrl'])
  expect(keptBy(connection, kind('sas-url'))).toEqual(['sasUrl'])
  expect(keptBy(connection, kind('connection-string'))).toEqual([])
  expect(keptBy(null, kind('sas-url'))).toEqual([])
})

it('has no form for a kind that this version does not know', () => {
  expect(formOf(saved({ kind: 'of-next-year' }, []))).toBe(null)
})
