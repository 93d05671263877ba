/** A system that nobody has: form, flags, validation and help follow from its record alone. */
import { Command } from 'commander'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  connectionOf,
  kindsHelp,
  kindsTable,
  settingFlags,
} from '../../../main/terminal/connectionGrammar.ts'
import { emptyForm, formOf, saveInput } from '../../../renderer/features/connections/form.ts'
import { secretVariable } from '../../../shared/domain/datasets/names.ts'
import { filledUp, understand } from '../../../shared/systems/entering.ts'
import { byKind, kindNamed, settingsSchema, vaultNames } from '../../../shared/systems/kinds.ts'
import type { Field, SystemRecord } from '../../../shared/systems/record.ts'

const host = {
  input: 'url',
  label: 'Address',
  example: 'https://drift.example',
} as const satisfies Field

const drift = {
  name: 'drift',
  title: 'Drift',
  sentence: 'Keeps tables of snow.',
  canBe: ['warehouse', 'trigger'],
  address: ({ host }) => String(host),
  kinds: {
    'drift-key-pair': {
      title: 'Key pair',
      fields: {
        host,
        role: {
          input: 'text',
          label: 'Role',
          help: 'In capital letters.',
          shape: { pattern: /^[A-Z_]+$/, wrong: 'A role has capital letters only.' },
          optional: true,
        },
        queryLimit: { input: 'number', label: 'Query limit', min: 1, max: 3600, default: '60' },
        region: {
          input: 'choice',
          label: 'Region',
          choices: { west: 'West Europe', north: 'North' },
        },
        keepAwake: { input: 'yes-no', label: 'Keep awake' },
        privateKey: { input: 'lines', label: 'Private key', secret: true },
        passphrase: { input: 'text', label: 'Passphrase', secret: true, optional: true },
      },
    },
    'drift-token': {
      title: 'Access token',
      fields: { host, token: { input: 'text', label: 'Token', secret: true } },
    },
  },
} as const satisfies SystemRecord

const systems = [drift]
function kind(name: string) {
  const found = kindNamed(name, systems)
  if (found === null) throw new Error(name)
  return found
}
const keyPair = kind('drift-key-pair')
const entered = {
  host: ' https://drift.example ',
  region: 'west',
  privateKey: '-----BEGIN KEY-----\nabc\n-----END KEY-----\n',
}
const settings = {
  kind: 'drift-key-pair',
  host: 'https://drift.example',
  queryLimit: 60,
  region: 'west',
  keepAwake: false,
}

describe('what a person entered', () => {
  it('becomes settings of the right types, and secrets apart from them', () => {
    expect(understand(keyPair, entered)).toEqual({
      ok: true,
      settings,
      secrets: { privateKey: entered.privateKey.trim() },
    })
    const all = { ...entered, role: 'LOADER', queryLimit: '5', keepAwake: 'yes', passphrase: 'p' }
    expect(understand(keyPair, all)).toMatchObject({
      settings: { role: 'LOADER', queryLimit: 5, keepAwake: true },
      secrets: { passphrase: 'p' },
    })
  })

  it('is told what is wrong with it, by field, in sentences', () => {
    const wrong = {
      host: 'https://drift.example/?token=x',
      role: 'loader',
      queryLimit: '1.5',
      region: 'south',
    }
    expect(understand(keyPair, wrong)).toEqual({
      ok: false,
      complaints: {
        host: 'Address is the address alone, without a signature, a user name or a password.',
        role: 'A role has capital letters only.',
        queryLimit: 'Query limit is a whole number from 1 to 3600.',
        region: 'Region is one of west, north.',
        privateKey: 'Private key is needed.',
      },
    })
    expect(understand(keyPair, { host: 'drift' })).toMatchObject({
      complaints: {
        host: 'Address is a web address, such as https://drift.example.',
        region: 'Region is one of west, north.',
      },
    })
    expect(understand(keyPair, {})).toMatchObject({ complaints: { host: 'Address is needed.' } })
  })

  it('may leave out a secret that is kept', () => {
    expect(understand(kind('drift-token'), { host: 'https://a.example' }, ['token'])).toMatchObject(
      {
        ok: true,
        secrets: {},
      },
    )
  })
})

describe('its settings', () => {
  it('that were stored before a field came are filled with what stands for it, or lack it', () => {
    const stored = { kind: 'drift-key-pair', host: 'https://drift.example' }
    expect(filledUp(keyPair, stored)).toEqual({
      settings: { ...stored, queryLimit: 60, keepAwake: false },
      missing: ['Region'],
    })
    expect(filledUp(keyPair, settings)).toEqual({ settings, missing: [] })
  })

  it('are held to the same rules when they come from elsewhere', () => {
    const schema = settingsSchema(keyPair)
    expect(schema.parse({ ...settings, unknown: 1 })).toEqual(settings)
    expect(schema.safeParse({ ...settings, queryLimit: '60' }).success).toBe(false)
    expect(schema.safeParse({ ...settings, queryLimit: 0 }).success).toBe(false)
    expect(schema.safeParse({ ...settings, keepAwake: undefined }).success).toBe(false)
  })

  it('come to its implementation by kind, with their types', () => {
    const say = byKind(drift, {
      'drift-key-pair': ({ settings, secrets }) => {
        expectTypeOf(settings.queryLimit).toEqualTypeOf<number>()
        expectTypeOf(settings.region).toEqualTypeOf<'west' | 'north'>()
        expectTypeOf(settings.role).toEqualTypeOf<string | undefined>()
        expectTypeOf(secrets.passphrase).toEqualTypeOf<string | undefined>()
        // @ts-expect-error a secret is no setting
        void settings.privateKey
        return `${settings.host} ${secrets.privateKey}`
      },
      'drift-token': ({ name, secrets }) => `${name} ${secrets.token}`,
    })
    const token = { name: 'd', settings: { kind: 'drift-token' }, secrets: { token: 't' } }
    expect(say(token)).toBe('d t')
    expect(say({ name: 'd', settings, secrets: { privateKey: 'k' } })).toBe(
      'https://drift.example k',
    )
  })
})

describe('its secrets', () => {
  it('have a place each; the first stands under the name of the connection', () => {
    const places = [...vaultNames('winter', keyPair)]
    expect(places).toEqual([
      ['privateKey', 'winter'],
      ['passphrase', 'winter/passphrase'],
    ])
    expect(places.map(([, place]) => secretVariable(place))).toEqual([
      'PALLET_SECRET_WINTER',
      'PALLET_SECRET_WINTER__PASSPHRASE',
    ])
  })
})

describe('its form', () => {
  const form = { ...emptyForm(keyPair), name: 'winter', entered }

  it('is saved, without a container, which it has no use for', () => {
    expect(saveInput({ ...form, container: 'exports' }, [])).toEqual({
      ok: true,
      input: {
        name: 'winter',
        settings,
        container: null,
        secrets: { privateKey: entered.privateKey.trim() },
      },
    })
  })

  it('can forget a secret that may be left out', () => {
    const kept = ['privateKey', 'passphrase']
    const { privateKey: _, ...rest } = entered
    const input = saveInput({ ...form, entered: rest, forgotten: ['passphrase'] }, kept)
    expect(input.ok && input.input.secrets).toEqual({ passphrase: '' })
  })

  it('is none where the record is not listed', () => {
    const connection = { name: 'winter', settings, container: null, kept: [], createdAt: '' }
    expect(formOf({ ...connection, secret: 'missing' })).toBe(null)
  })
})

describe('its command line', () => {
  it('has a flag for every setting and none for a secret', () => {
    const flags = settingFlags(systems)
    expect(flags.map(({ flags, description }) => [flags, description])).toEqual([
      ['--host <url>', 'Address (drift-key-pair, drift-token)'],
      ['--role <text>', 'Role (drift-key-pair)'],
      ['--query-limit <n>', 'Query limit (drift-key-pair)'],
      ['--region <west|north>', 'Region (drift-key-pair)'],
      ['--keep-awake', 'Keep awake (drift-key-pair)'],
    ])
    const command = new Command()
    for (const flag of flags) command.addOption(flag)
    command.parse(
      [
        '--host',
        'https://drift.example',
        '--query-limit',
        '5',
        '--region',
        'north',
        '--keep-awake',
      ],
      { from: 'user' },
    )
    expect(connectionOf(keyPair, command.opts(), { privateKey: 'k' }, [])).toMatchObject({
      settings: { host: 'https://drift.example', queryLimit: 5, region: 'north', keepAwake: true },
      secrets: { privateKey: 'k' },
    })
    expect(() => connectionOf(keyPair, { host: 'x', region: 'west' }, {}, ['privateKey'])).toThrow(
      'Address is a web address',
    )
  })

  it('lists its kinds with what they take', () => {
    const { rows, objects } = kindsTable(systems)
    expect(rows).toEqual([
      [
        'drift-key-pair',
        'Drift',
        'Key pair',
        '--host <url>\n[--role <text>]\n[--query-limit <n>]\n--region <west|north>\n[--keep-awake]\nsecret: Private key\nif wanted secret: Passphrase',
      ],
      ['drift-token', 'Drift', 'Access token', '--host <url>\nsecret: Token'],
    ])
    expect(objects[0]).toMatchObject({
      kind: 'drift-key-pair',
      system: 'drift',
      canBe: ['warehouse', 'trigger'],
    })
    expect(kindsHelp(systems)).toContain('Drift (keeps tables, is told when data has landed)')
    expect(kindsHelp(systems)).toContain('drift-token')
  })
})
