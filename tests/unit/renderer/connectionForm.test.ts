import { describe, expect, it } from 'vitest'
import {
  emptyForm,
  fieldsOf,
  formOf,
  saveInput,
  secretWords,
  type ConnectionForm,
} from '../../../renderer/features/connections/kinds.ts'
import { ConnectionSettings, addableKinds, needsSecret } from '../../../shared/domain/connection.ts'

const filled: ConnectionForm = {
  ...emptyForm,
  name: 'contoso-prod',
  account: 'contoso',
  endpoint: 'https://contoso.blob.core.windows.net',
  tenant: 'contoso.onmicrosoft.com',
  client: '11111111-2222-3333-4444-555555555555',
  secret: 'x'.repeat(20),
}

describe.each(addableKinds)('%s', (kind) => {
  it('a filled form is what the contract takes, and comes back into the form', () => {
    const checked = saveInput({ ...filled, kind }, false)
    if (!checked.ok) throw new Error(JSON.stringify(checked.complaints))
    const { settings, secret } = checked.input
    expect(ConnectionSettings.parse(settings)).toEqual(settings)
    expect(secret !== undefined).toBe(needsSecret(kind))
    const again = formOf({
      name: 'contoso-prod',
      settings,
      container: null,
      secret: 'stored',
      createdAt: '',
    })
    expect(again.kind).toBe(kind)
    expect(again.secret).toBe('')
    for (const field of fieldsOf(kind))
      if (field !== 'secret') expect(again[field]).toBe(filled[field])
  })

  it('has a name for its secret exactly when it has one', () => {
    expect(secretWords[kind] !== undefined).toBe(needsSecret(kind))
    expect(fieldsOf(kind).includes('secret')).toBe(needsSecret(kind))
  })

  it('asks for the secret only when none is stored', () => {
    const bare = { ...filled, kind, secret: '' }
    expect(saveInput(bare, false).ok).toBe(!needsSecret(kind))
    const kept = saveInput(bare, true)
    expect(kept.ok && kept.input.secret).toBe(undefined)
  })
})

it('complains about each wrong field by name', () => {
  const checked = saveInput(
    { ...emptyForm, kind: 'entra-client-secret', name: 'My Name', container: 'A' },
    false,
  )
  expect(checked.ok ? [] : Object.keys(checked.complaints).sort()).toEqual([
    'client',
    'container',
    'endpoint',
    'name',
    'secret',
    'tenant',
  ])
})

it('knows the address of an account by its name', () => {
  const checked = saveInput({ ...filled, kind: 'account-key', endpoint: '' }, false)
  expect(checked.ok && checked.input.settings).toMatchObject({
    endpoint: 'https://contoso.blob.core.windows.net',
  })
})
