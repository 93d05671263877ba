/** What every record must keep to, so that what is derived from them fits together. */
import { describe, expect, it } from 'vitest'
import { systems } from '../../../shared/systems/all.ts'
import { AddableSettings, kindNamed, kindsOf, vaultNames } from '../../../shared/systems/kinds.ts'

/** Words that the form or the command line has for every connection. */
const taken = ['name', 'kind', 'container', 'home', 'json', 'help', 'version']

describe('the records', () => {
  it('name each system, and each kind, once', () => {
    const names = systems.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const kinds = systems.flatMap(kindsOf).map(({ name }) => name)
    expect(new Set(kinds).size).toBe(kinds.length)
    for (const name of [...names, ...kinds]) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  })

  it('name their fields so that they are keys and flags, and no words of all connections', () => {
    for (const { fields } of systems.flatMap(kindsOf))
      for (const key of Object.keys(fields)) {
        expect(key).toMatch(/^[a-z][a-zA-Z0-9]*$/)
        expect(taken).not.toContain(key)
      }
  })

  it('say a sentence of themselves, and what they can be', () => {
    for (const { sentence, canBe } of systems) {
      expect(sentence).toMatch(/^[A-Z].*\.$/)
      expect(canBe.length).toBeGreaterThan(0)
    }
  })

  it('a field of a kind of field has one meaning for the flag that several kinds share', () => {
    const inputs = new Map<string, string>()
    for (const { fields } of systems.flatMap(kindsOf))
      for (const [key, { input, secret }] of Object.entries(fields)) {
        if (secret === true) continue
        expect(inputs.get(key) ?? input, key).toBe(input)
        inputs.set(key, input)
      }
  })
})

describe('connections of before', () => {
  const endpoint = 'https://shop.blob.core.windows.net'

  it.each([
    { kind: 'connection-string' },
    { kind: 'account-key', account: 'shop', endpoint },
    { kind: 'sas-url' },
    { kind: 'entra-browser', endpoint, tenant: 'contoso' },
    { kind: 'entra-browser', endpoint },
    { kind: 'entra-device-code', endpoint },
    { kind: 'entra-client-secret', endpoint, tenant: 'contoso', client: 'id' },
    { kind: 'entra-default', endpoint },
  ])('are what they were: %j', (settings) => {
    expect(AddableSettings.parse(settings)).toEqual(settings)
  })

  it('have their one secret where it was', () => {
    for (const name of ['connection-string', 'account-key', 'sas-url', 'entra-client-secret']) {
      const kind = kindNamed(name)
      expect(kind && [...vaultNames('shop', kind).values()]).toEqual(['shop'])
    }
  })
})
