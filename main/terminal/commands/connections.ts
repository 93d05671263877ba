import { createInterface } from 'node:readline'
import { type Command, Option } from 'commander'
import {
  type Connection,
  ConnectionSettings,
  addableKinds,
  environmentName,
  needsSecret,
  sandboxName,
} from '../../../shared/domain/connection.ts'
import { secretVariable } from '../../../shared/domain/names.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Core } from '../../runs/core.ts'
import { exitCodes } from '../exitCodes.ts'
import type { Output } from '../output.ts'
import type { InSession } from '../session.ts'

export function addConnections(pallet: Command, inSession: InSession): void {
  const connections = pallet.command('connections').description('where blobs can go')
  connections
    .command('list')
    .description('all connections; their secrets are never shown')
    .action(() => inSession(({ core, output }) => listConnections(core, output)))
  connections
    .command('add')
    .description('add or change a connection; its secret is read from standard input')
    .argument('<name>')
    .addOption(
      new Option('--kind <kind>', 'how to sign in').choices(addableKinds).makeOptionMandatory(),
    )
    .option('--account <name>', 'storage account (account-key)')
    .option('--endpoint <url>', 'https://ACCOUNT.blob.core.windows.net (account-key, entra-…)')
    .option('--tenant <id>', 'Entra tenant (entra-…)')
    .option('--client <id>', 'Entra client (entra-client-secret)')
    .option('--container <name>', 'container used when a run names none')
    .action((name: string, options: AddOptions) =>
      inSession(({ core, output }) => addConnection(core, output, name, options)),
    )
  connections
    .command('test')
    .description('sign in and list containers')
    .argument('<name>')
    .action((name: string) =>
      inSession(async ({ core, output, signal }) => {
        const test = await core.connections.test(name, signal)
        output.text([test.message, ...test.containers].join('\n'), { event: 'test', name, ...test })
        return test.ok ? exitCodes.succeeded : exitCodes.failed
      }),
    )
  connections
    .command('remove')
    .description('forget a connection and its secret')
    .argument('<name>')
    .action((name: string) =>
      inSession(async ({ core, output }) => {
        await core.connections.remove(name)
        output.text(`The connection ${name} is removed.`, { event: 'connection', name })
      }),
    )
}

async function listConnections(core: Core, output: Output): Promise<void> {
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
  kind: Connection['settings']['kind']
  account?: string
  endpoint?: string
  tenant?: string
  client?: string
  container?: string
}

/** The secret comes from standard input, never from the command line, which `ps` shows. */
async function addConnection(
  core: Core,
  output: Output,
  name: string,
  options: AddOptions,
): Promise<void> {
  const settings = settingsOf(options)
  const secret = needsSecret(options.kind) ? await readSecret(output) : undefined
  await core.connections.save({ name, settings, container: options.container ?? null, secret })
  output.text(`The connection ${name} is saved.`, { event: 'connection', name })
  if (core.app.vault === 'memory' && secret !== undefined)
    output.note(
      `This computer has no keychain, so the secret is forgotten when this command ends. ` +
        `Give it to later commands in the variable ${secretVariable(name)}.`,
    )
}

async function readSecret(output: Output): Promise<string> {
  if (process.stdin.isTTY) output.note('Paste the secret and press Enter:')
  const lines = createInterface({ input: process.stdin, terminal: false })
  try {
    for await (const line of lines) if (line.trim() !== '') return line.trim()
  } finally {
    lines.close()
  }
  throw new Problem({
    code: 'usage',
    what: 'This kind of connection needs a secret on standard input.',
    did: 'Nothing was saved.',
    advice:
      'Give it there, for example: “pallet connections add azure --kind connection-string < secret.txt”.',
  })
}

function settingsOf(options: AddOptions): ConnectionSettings {
  const { kind, account, endpoint, tenant, client } = options
  const parsed = ConnectionSettings.safeParse({ kind, account, endpoint, tenant, client })
  if (parsed.success && kind !== sandboxName && kind !== environmentName) return parsed.data
  throw new Problem({
    code: 'usage',
    what: `A connection of the kind ${kind} needs more than was given.`,
    did: 'Nothing was saved.',
    advice: 'pallet connections add --help lists what each kind takes.',
    detail: parsed.success
      ? ''
      : parsed.error.issues.map((issue) => issue.path.join('.')).join(', '),
  })
}
