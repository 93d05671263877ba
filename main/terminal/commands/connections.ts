import { text } from 'node:stream/consumers'
import { createInterface } from 'node:readline'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { secretVariable } from '../../../shared/domain/datasets/names.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import {
  addableKinds,
  offeredFields,
  secretFields,
  vaultNames,
} from '../../../shared/systems/kinds.ts'
import type { Field } from '../../../shared/systems/record.ts'
import { connectionOf, kindsHelp, kindsTable, settingFlags } from '../connectionGrammar.ts'
import { exitCodes } from '../exitCodes.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession, Session } from '../session.ts'

export function addConnections(pallet: Command, inSession: InSession): void {
  const connections = pallet
    .command('connections')
    .description('the outside systems that runs work with')
  connections
    .command('list')
    .description('all connections; their secrets are never shown')
    .action(() => inSession(({ core, output }) => listConnections(core, output)))
  const add = connections
    .command('add')
    .description('add or change a connection; its secret is read from standard input')
    .argument('<name>')
    .addOption(
      new Option('--kind <kind>', 'the system, and how to sign in')
        .choices(addableKinds().map((kind) => kind.name))
        .makeOptionMandatory(),
    )
    .option('--container <name>', 'container used when a run names none')
    .addHelpText('after', kindsHelp())
    .action((name: string, options: AddOptions) =>
      inSession((session) => addConnection(session, name, options)),
    )
  for (const flag of settingFlags()) add.addOption(flag)
  connections
    .command('kinds')
    .description('the kinds of connections, and what each takes')
    .action(() =>
      inSession(async ({ output }) => {
        const { rows, objects } = kindsTable()
        output.table(['kind', 'system', 'signs in by', 'takes'], rows, objects)
      }),
    )
  connections
    .command('test')
    .description('sign in and list what can be seen there')
    .argument('<name>')
    .action((name: string) =>
      inSession(async ({ core, output, signal }) => {
        const test = await core.connections.test(name, signal)
        output.text([test.message, ...(test.places?.names ?? [])].join('\n'), {
          event: 'test',
          name,
          ...test,
        })
        return test.ok ? exitCodes.succeeded : exitCodes.failed
      }),
    )
  connections
    .command('browse')
    .description('what the account of a connection offers for one of its settings')
    .argument('<name>')
    .argument(
      '<setting>',
      `such as ${[...new Set(addableKinds().flatMap(offeredFields))].join(', ')}`,
    )
    .action((name: string, field: string) =>
      inSession(async ({ core, output, signal }) => {
        const offered = await core.connections.browse({ name, field }, signal)
        if (offered.besides !== '') output.note(offered.besides)
        output.table(
          [field, ''],
          offered.names.map((one) => [one.name, one.note]),
          offered.names,
        )
      }),
    )
  connections
    .command('remove')
    .description('forget a connection and its secrets')
    .argument('<name>')
    .action((name: string) =>
      inSession(async ({ core, output }) => {
        await core.connections.remove(name)
        output.text(`The connection ${name} is removed.`, { event: 'connection', name })
      }),
    )
}

async function listConnections(core: CommandCore, output: Output): Promise<void> {
  const connections = await core.connections.list()
  output.table(
    ['connection', 'kind', 'container', 'secret'],
    connections.map((connection) => [
      connection.name,
      connection.settings.kind,
      connection.container ?? '',
      connection.secret,
    ]),
    connections,
  )
}

interface AddOptions {
  kind: string
  container?: string
  [setting: string]: string | boolean | undefined
}

/** A secret comes from standard input or the environment, never from the command line, which `ps` shows. */
async function addConnection(
  { core, elsewhere, output }: Session,
  name: string,
  options: AddOptions,
): Promise<void> {
  const kind = addableKinds().find((one) => one.name === options.kind)
  if (kind === undefined) throw new Error(`no kind ${options.kind}`)
  const places = [...vaultNames(name, kind)].map(([key, place]) => ({
    key,
    variable: secretVariable(place),
  }))
  // Another process does not have them.
  const brought = elsewhere
    ? []
    : places.filter(({ variable }) => (process.env[variable] ?? '') !== '')
  const asked = secretFields(kind).filter(([key]) => !brought.some((one) => one.key === key))
  // What cannot be is said before anybody is asked for a secret.
  const all = secretFields(kind).map(([key]) => key)
  connectionOf(kind, options, {}, all)
  const read = asked.length === 0 ? {} : await readSecrets(output, asked)
  const { settings, secrets } = connectionOf(
    kind,
    options,
    read,
    brought.map(({ key }) => key),
  )
  // The connection becomes what is said here: an earlier secret that may be left out goes.
  for (const [key, { optional }] of asked) if (optional === true) secrets[key] ??= ''
  const container = kind.system.canBe.includes('blobs') ? (options.container ?? null) : null
  await core.connections.save({ name, settings, container, secrets })
  output.text(`The connection ${name} is saved.`, { event: 'connection', name })
  for (const { variable } of brought)
    output.note(`A secret comes from the variable ${variable}; Pallet keeps no copy of it.`)
  const lost = places.filter(({ key }) => (secrets[key] ?? '') !== '')
  if (core.app.vault === 'memory' && lost.length > 0)
    output.note(
      `This computer has no keychain, so the secret is forgotten when ${elsewhere ? 'the Pallet that is open' : 'this command'} ends. ` +
        `Give it to later commands in the variable ${lost.map(({ variable }) => variable).join(' and ')}.`,
    )
}

/**
 * One secret: the first line that is not blank, or everything where it has several lines. Of several secrets
 * standard input brings the first that way, or all of them as one JSON object by field.
 */
async function readSecrets(
  output: Output,
  asked: readonly [key: string, field: Field][],
): Promise<Record<string, string>> {
  const [first] = asked
  if (first === undefined) return {}
  const [key, { input, label }] = first
  if (process.stdin.isTTY)
    output.note(
      input === 'lines'
        ? `Paste: ${label}. Then press Enter and Ctrl-D:`
        : `Paste: ${label}. Then press Enter:`,
    )
  if (input !== 'lines' && asked.length === 1) return { [key]: await firstLine() }
  const given = (await text(process.stdin)).trim()
  if (given.startsWith('{') && asked.length > 1) return byField(given)
  return { [key]: input === 'lines' ? given : (given.split('\n', 1)[0] ?? '') }
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false })
  try {
    for await (const line of lines) if (line.trim() !== '') return line.trim()
  } finally {
    lines.close()
  }
  return ''
}

function byField(given: string): Record<string, string> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(given))
  } catch {
    // The reason may quote the secret.
    throw new Problem({
      code: 'usage',
      what: 'The secrets on standard input cannot be understood.',
      did: 'Nothing was saved.',
      advice: 'Write them as {"field": "secret", …}, or give one alone.',
    })
  }
}
