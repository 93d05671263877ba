/** Composition root of the command line. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import open from 'open'
import type { Logger } from 'pino'
import {
  ConnectionSettings,
  addableKinds,
  environmentName,
  sandboxName,
} from '../../shared/domain/connection.ts'
import { LoadMode, OutputFormat } from '../../shared/domain/dataset.ts'
import { type UploadLimit, parseLimit } from '../../shared/domain/limit.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Core } from '../runs/core.ts'
import {
  type AddOptions,
  type BlocksOptions,
  type ExitCode,
  type RunOptions,
  type UploadOptions,
  addConnection,
  blocksCommand,
  exitCodeFor,
  exitCodes,
  isBrokenPipe,
  limitCommand,
  limitForms,
  listConnections,
  previewCommand,
  queryCommand,
  rejectsCommand,
  resumeCommand,
  runCommand,
  runsCommand,
  showCommand,
  uploadCommand,
} from '../terminal/commands.ts'
import { type Output, openOutput } from '../terminal/output.ts'
import { secretVariable } from '../vault/environment.ts'
import { openVault } from '../vault/open.ts'
import { openCore } from './core.ts'
import { homeFolder } from './home.ts'
import { serve } from './serve.ts'
import { version } from './version.ts'

/**
 * Ends what runs in good order on the first Ctrl-C; a later one is the system's. One Ctrl-C may come
 * twice at once: from the terminal, and from the older Node that started this one and passes it on.
 */
const interrupted = new AbortController()
const sameSignalMs = 1000
let interruptedAt = 0
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    if (!interrupted.signal.aborted) {
      interruptedAt = performance.now()
      interrupted.abort()
    } else if (performance.now() - interruptedAt >= sameSignalMs) {
      process.removeAllListeners(name)
      process.kill(process.pid, name)
    }
  })

// A reader that has left (`| head`) is told nothing more; the work itself goes on. An output that
// cannot be written otherwise (a full disk) is told at the end, for the work goes on here, too.
let lostOutput: Error | null = null
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (!isBrokenPipe(error)) lostOutput = error
  })

interface Common {
  home?: string
  json?: boolean
}

type Work = (
  core: Core,
  output: Output,
  signal: AbortSignal,
  log: Logger,
) => Promise<ExitCode | void>

/** Opens the core for one command, and closes it whatever happens. */
async function withCore(common: Common, work: Work): Promise<void> {
  const output = openOutput(common.json === true, { out: process.stdout, err: process.stderr })
  try {
    const { core, log } = await openCore({
      folder: homeFolder(common.home, process.env),
      version,
      environment: process.env,
      openVault,
      openUrl: async (url) => void (await open(url)),
    })
    const closing = new AbortController()
    const codes = showDeviceCodes(core, output, closing.signal)
    try {
      process.exitCode = (await work(core, output, interrupted.signal, log)) ?? exitCodes.succeeded
    } finally {
      closing.abort()
      await codes
      await core.close()
    }
    if (lostOutput !== null) throw outputProblem(lostOutput)
  } catch (error) {
    const problem = Problem.from(error)
    output.problem(problem)
    process.exitCode = exitCodeFor(problem)
  }
}

/** A sign-in by code asks the person to type it elsewhere; a terminal can only say so. */
async function showDeviceCodes(core: Core, output: Output, signal: AbortSignal): Promise<void> {
  for await (const { message } of core.deviceCodes(signal)) output.note(message)
}

function outputProblem(cause: Error): Problem {
  return new Problem(
    {
      code: 'internal',
      what: 'What this command had to say could not be written where its output goes.',
      did: 'The work itself was done; “pallet runs” and “pallet show” tell it again.',
      advice: 'Check the disk that the output goes to.',
      detail: 'code' in cause ? String(cause.code) : cause.message,
    },
    { cause },
  )
}

const program = new Command('pallet')
  .description(
    'Sees an export safely into the cloud: read, cleaned, uploaded in blocks, loaded, counted.',
  )
  .version(version)
  .option('--home <dir>', 'folder for everything Pallet keeps (or PALLET_HOME)')
  .option('--json', 'one JSON object a line on standard output, for machines')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('Run “pallet --help” or “pallet COMMAND --help” for what it understands.')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  pallet run sales.csv                        read, clean, upload and load one export
  pallet run stores.csv --mode replace        … replacing the table
  pallet rejects 20261120-181533 --out r.csv  the rows that were held back
  pallet query "select count(*) from sales"   ask the sandbox warehouse
  pallet limit 08:00,500k 20:00,off           leave room on the line by day
  pallet serve                                the same in a window, in the browser

Exit codes: 0 succeeded, 1 failed, 2 wrong usage, 3 stopped by a limit, 4 waiting, will resume.`,
  )

const common = (): Common => program.opts<Common>()

program
  .command('run')
  .description('send one or several exports on their way')
  .argument('<file...>', 'files, or https addresses')
  .option('--dataset <name>', 'kind of export (default: from the file name)')
  .option('--to <connection>', 'where blobs go (default: as last time, else the sandbox)')
  .option('--container <name>', 'container of the connection')
  .option('--create-container', 'create that container first, if it is missing')
  .option('--blob <name>', 'name of the blob (default: DATASET/FILE)')
  .addOption(new Option('--format <format>', 'of the blob').choices(OutputFormat.options))
  .option('--table <name>', 'table of the warehouse (default: from the dataset)')
  .addOption(
    new Option('--mode <mode>', 'add to the table or replace its rows').choices(LoadMode.options),
  )
  .action((files: string[], options: RunOptions) =>
    withCore(common(), (core, output, signal) => runCommand(core, output, files, options, signal)),
  )

/** What `upload` and `blocks` are told alike. */
const fileToBlob = (command: Command): Command =>
  command
    .argument('<file>')
    .option(
      '--to <connection>',
      'where it goes (default: the environment’s account, else the sandbox)',
    )
    .option('--container <name>', 'container of the connection')
    .option('--blob <name>', 'name of the blob (default: the file’s)')
    .addOption(
      new Option('--if-exists <how>', 'what happens to a blob of that name')
        .choices(['fail', 'replace', 'overwrite'])
        .default('replace'),
    )
    .option(
      '--clear-unfinished',
      'drop blocks that another program has left unfinished under that name; a blob there stays as it is',
    )

fileToBlob(program.command('upload'))
  .description('one file to the storage, byte for byte; only what is not there yet is sent')
  .option('--md5', 'store the MD5 of the whole file with the blob (reads the file a second time)')
  .option(
    '--limit <limit>',
    'at most so many bytes a second: 2m, or “08:00,500k 20:00,off” (default: pallet limit)',
    uploadLimit,
  )
  .action((file: string, options: UploadOptions) =>
    withCore(common(), (core, output, signal) =>
      uploadCommand(core, output, file, options, signal),
    ),
  )

fileToBlob(program.command('blocks'))
  .description('what “upload” would send of a file, block by block, and why; sends nothing')
  .action((file: string, options: BlocksOptions) =>
    withCore(common(), (core, output, signal) =>
      blocksCommand(core, output, file, options, signal),
    ),
  )

program
  .command('resume')
  .description('continue a run, or every run that was cut off')
  .argument('[run]')
  .action((run: string | undefined) =>
    withCore(common(), (core, output, signal) => resumeCommand(core, output, run, signal)),
  )

program
  .command('runs')
  .description('list everything that ever ran')
  .argument('[search]', 'only those whose id, dataset, file or table contains this')
  .action((search: string | undefined) =>
    withCore(common(), async (core, output) => runsCommand(core, output, search)),
  )

program
  .command('show')
  .description('the receipt and the diary of a run')
  .argument('<run>')
  .action((run: string) =>
    withCore(common(), async (core, output) => showCommand(core, output, run)),
  )

program
  .command('rejects')
  .description('the rows of a run that were held back, as CSV')
  .argument('<run>')
  .option('--out <file>', 'write them to a file')
  .action((run: string, options: { out?: string }) =>
    withCore(common(), (core, output) =>
      rejectsCommand(core, output, run, options.out, common().json === true),
    ),
  )

program
  .command('preview')
  .description('the first rows of an export, as they would be read')
  .argument('<file>')
  .option('--rows <n>', 'how many', wholeNumber(1, 1000), 20)
  .action((file: string, options: { rows: number }) =>
    withCore(common(), (core, output, signal) =>
      previewCommand(core, output, file, options.rows, signal),
    ),
  )

program
  .command('query')
  .description('one read-only statement on the sandbox warehouse')
  .argument('<sql>')
  .action((sql: string) =>
    withCore(common(), (core, output, signal) => queryCommand(core, output, sql, signal)),
  )

const connections = program.command('connections').description('where blobs can go')
connections
  .command('list')
  .description('all connections; their secrets are never shown')
  .action(() => withCore(common(), listConnections))
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
    withCore(common(), (core, output) =>
      addConnection(core, output, name, options, settingsOf(options), secretVariable(name)),
    ),
  )
connections
  .command('test')
  .description('sign in and list containers')
  .argument('<name>')
  .action((name: string) =>
    withCore(common(), async (core, output, signal) => {
      const test = await core.testConnection(name, signal)
      output.text([test.message, ...test.containers].join('\n'), { event: 'test', name, ...test })
      return test.ok ? exitCodes.succeeded : exitCodes.failed
    }),
  )
connections
  .command('remove')
  .description('forget a connection and its secret')
  .argument('<name>')
  .action((name: string) =>
    withCore(common(), async (core, output) => {
      await core.removeConnection(name)
      output.text(`The connection ${name} is removed.`, { event: 'connection', name })
    }),
  )

program
  .command('limit')
  .description('how much of the line uploads may take: show it, or set it')
  .argument('[limit...]', '2m, or by the time of the day: 08:00,500k 20:00,off; or off')
  .action((words: string[]) =>
    withCore(common(), async (core, output) => limitCommand(core, output, words.join(' '))),
  )

program
  .command('serve')
  .description('open the same app in the browser, on this computer only')
  .option('--port <n>', 'port on 127.0.0.1 (default: any free one)', wholeNumber(0, 65_535), 0)
  .action((options: { port: number }) =>
    withCore(common(), (core, output, signal, log) =>
      serve(core, output, options.port, signal, log),
    ),
  )

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

function uploadLimit(text: string): UploadLimit {
  const limit = parseLimit(text)
  if (limit !== null) return limit
  throw new InvalidArgumentError(limitForms)
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`A whole number from ${min} to ${max} is expected.`)
  }
}

try {
  if (process.argv.length <= 2) program.outputHelp()
  else await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Help and version were asked for; everything else is a misunderstanding.
  process.exitCode = error.exitCode === 0 ? exitCodes.succeeded : exitCodes.usage
}
