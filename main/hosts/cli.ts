/** Composition root of the command line. */
import { resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { addAlerts } from '../terminal/commands/alerts.ts'
import { addAudit } from '../terminal/commands/audit.ts'
import { addAnswer } from '../terminal/commands/answer.ts'
import { addBlocks } from '../terminal/commands/blocks.ts'
import { addCancel } from '../terminal/commands/cancel.ts'
import { addClean } from '../terminal/commands/clean.ts'
import { addCompletion } from '../terminal/commands/completion.ts'
import { addContract } from '../terminal/commands/contract.ts'
import { addConnections } from '../terminal/commands/connections.ts'
import { addDag } from '../terminal/commands/dag.ts'
import { addDatasets } from '../terminal/commands/datasets.ts'
import { addDue } from '../terminal/commands/due.ts'
import { addDiscard } from '../terminal/commands/discard.ts'
import { addExtract, addFetch } from '../terminal/commands/extract.ts'
import { addFix } from '../terminal/commands/fix.ts'
import { addGroups } from '../terminal/commands/groups.ts'
import { addInsights } from '../terminal/commands/insights.ts'
import { addLag, addLand } from '../terminal/commands/land.ts'
import { addKeep } from '../terminal/commands/keep.ts'
import { addLimit } from '../terminal/commands/limit.ts'
import { addPause } from '../terminal/commands/pause.ts'
import { addPipeline } from '../terminal/commands/pipeline.ts'
import { addPowerBi } from '../terminal/commands/powerbi.ts'
import { addPreview } from '../terminal/commands/preview.ts'
import { addProduce } from '../terminal/commands/produce.ts'
import { addProfile } from '../terminal/commands/profile.ts'
import { addPublish } from '../terminal/commands/publish.ts'
import { addQuery } from '../terminal/commands/query.ts'
import { addRedrive } from '../terminal/commands/redrive.ts'
import { addRecipe } from '../terminal/commands/recipe.ts'
import { addRead } from '../terminal/commands/read.ts'
import { addRejects } from '../terminal/commands/rejects.ts'
import { addResume } from '../terminal/commands/resume.ts'
import { addRetry } from '../terminal/commands/retry.ts'
import { addRun } from '../terminal/commands/run.ts'
import { addRuns } from '../terminal/commands/runs.ts'
import { addSchedule } from '../terminal/commands/schedule.ts'
import { addService } from '../terminal/commands/service.ts'
import { addShow } from '../terminal/commands/show.ts'
import { addLedger, addTables } from '../terminal/commands/tables.ts'
import { addStream } from '../terminal/commands/stream.ts'
import { addStreamJob } from '../terminal/commands/streamJob.ts'
import { addSimulate } from '../terminal/commands/simulate.ts'
import { addTail } from '../terminal/commands/tail.ts'
import { addErase } from '../terminal/commands/erase.ts'
import { addUndo } from '../terminal/commands/undo.ts'
import { addVerify } from '../terminal/commands/verify.ts'
import { addUpload } from '../terminal/commands/upload.ts'
import { addWatch } from '../terminal/commands/watch.ts'
import { type ExitCode, exitCodeFor, exitCodes } from '../terminal/exitCodes.ts'
import { type Output, isBrokenPipe, openOutput } from '../terminal/output.ts'
import type { CommandCore, InSession } from '../terminal/session.ts'
import { visibleLines } from '../terminal/visible.ts'
import { checkAddressSpace } from './addressSpace.ts'
import type { OpenCore } from './core.ts'
import { homeFolder } from './home.ts'
import { type InOwnSession, addServe } from './serve.ts'
import { version } from './version.ts'

/**
 * Ends what runs in good order on the first Ctrl-C; a later one is the system's. One Ctrl-C may come
 * twice at once: from the terminal, and from the older Node that started this one and passes it on.
 */
const interrupted = new AbortController()
const { signal } = interrupted
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

// A reader that has left (`| head`) is told nothing more; the work itself goes on, and what would go on for ever begins no more of it. An output that
// cannot be written otherwise (a full disk) is told at the end, for the work goes on here, too.
let lostOutput: Error | null = null
const left = new AbortController()
const unheard = left.signal
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (!isBrokenPipe(error)) lostOutput = error
    else if (stream === process.stdout) left.abort(error)
  })

/** Opens the core for one command, and closes it whatever happens. */
const inOwnSession: InOwnSession = (work) =>
  attend(async (output) => {
    const opened = await openOwn(false)
    return await whileOpen(
      opened.core,
      output,
      () => work({ ...opened, output, signal }),
      () => opened.core.close(),
    )
  })

/** The same, or through the Pallet that has the home open. */
const inSession: InSession = (work) =>
  attend(async (output, json) => {
    const { openOrReach } = await import('./openOrReach.ts')
    const opened = await openOrReach(() => openOwn(true), folder(), output, signal)
    const { core, elsewhere } = opened
    const session = { core, elsewhere, output, json, signal, unheard }
    return await whileOpen(
      core,
      output,
      () => work(session),
      () => opened.close(),
    )
  })

/** What a command has to say, and what its process ends with. */
async function attend(
  work: (output: Output, json: boolean) => Promise<ExitCode | void>,
): Promise<void> {
  const { json = false } = program.opts<{ json?: boolean }>()
  const output = openOutput(json, { out: process.stdout, err: process.stderr })
  try {
    process.exitCode = (await work(output, json)) ?? exitCodes.succeeded
    if (lostOutput !== null) throw outputProblem(lostOutput)
  } catch (error) {
    const problem = Problem.from(error)
    output.problem(problem)
    process.exitCode = exitCodeFor(problem)
  }
}

const folder = (): string => homeFolder(program.opts<{ home?: string }>().home, process.env)

async function openOwn(isBrief: boolean): Promise<OpenCore> {
  // First: to load the rest may already take more than there is.
  checkAddressSpace()
  // Help and version need none of it, and a script may ask for a version often.
  const [{ openCore }, { openVault }] = await Promise.all([
    import('./core.ts'),
    import('../vault/open.ts'),
  ])
  return await openCore({
    folder: folder(),
    isBrief,
    version,
    environment: process.env,
    openVault,
    openUrl: async (url) => void (await (await import('open')).default(url)),
  })
}

async function whileOpen<T>(
  core: Pick<CommandCore, 'connections'>,
  output: Output,
  work: () => Promise<T>,
  close: () => Promise<void>,
): Promise<T> {
  const closing = new AbortController()
  const codes = showDeviceCodes(core, output, closing.signal)
  // The work itself meets whatever is wrong.
  codes.catch(() => {})
  try {
    return await work()
  } finally {
    closing.abort()
    await codes.catch(() => {})
    await close()
  }
}

/** A sign-in by code asks the person to type it elsewhere; a terminal can only say so. */
async function showDeviceCodes(
  core: Pick<CommandCore, 'connections'>,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  for await (const { message } of await core.connections.deviceCode(signal)) output.note(message)
}

function outputProblem(cause: Error): Problem {
  return new Problem(
    {
      code: 'internal',
      what: 'What this command had to say could not be written where its output goes.',
      did: 'The work itself was done; “pallet runs” and “pallet show” tell it again.',
      advice: 'Check the disk that the output goes to.',
      detail: errorCode(cause) || cause.message,
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
  .configureOutput({ writeErr: (text) => process.stderr.write(visibleLines(text)) })
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  pallet run sales.csv                        read, clean, upload and load one export
  pallet run stores.csv --meaning snapshot    … in place of all that is in its table
  pallet run till.csv --by day --remember     … in place of the days that are in the file
  pallet run sales.csv --type amount=decimal  … with a column read otherwise
  pallet run sales.csv --dry-run              what a run would make of it; nothing is sent
  pallet clean sales.csv --recipe r.json --out s.parquet   the same cleaning, to a file
  pallet runs --state failed,waiting --since 7d   what has to be looked at
  pallet rejects 20261120-181533 --out r.csv  the rows that were held back
  pallet verify 20261120-181533               whether its rows are still as they were sent
  pallet query "select count(*) from sales"   ask the sandbox warehouse
  pallet land sales_data --connection tills   a topic of Kafka, each record once
  pallet limit 08:00,500k 20:00,off           leave room on the line by day
  pallet watch add /till --dataset sales      send whatever is put into that folder
  pallet fetch orders                         what is new in a shop system’s list
  pallet serve                                the same in a window, in the browser

Exit codes: 0 succeeded, 1 failed, 2 wrong usage, 3 stopped by a limit, 4 waiting, will resume.`,
  )

/** For commands that need no home. */
const alone = (): { output: Output; signal: AbortSignal } => ({
  output: openOutput(program.opts<{ json?: boolean }>().json ?? false, {
    out: process.stdout,
    err: process.stderr,
  }),
  signal: interrupted.signal,
})
// In the order of the help.
program.commandsGroup('Send an export:')
for (const add of [addRun, addUpload, addBlocks]) add(program, inSession)
program.commandsGroup('Every day by itself:')
for (const add of [addExtract, addFetch, addSchedule, addWatch, addDue, addAlerts])
  add(program, inSession)
program.commandsGroup('Follow what was sent:')
for (const add of [
  addRuns,
  addShow,
  addVerify,
  addAnswer,
  addResume,
  addRetry,
  addPause,
  addCancel,
  addUndo,
  addErase,
])
  add(program, inSession)
for (const add of [addDiscard, addAudit]) add(program, inSession)
program.commandsGroup('Bring held-back rows home:')
for (const add of [addRejects, addFix]) add(program, inSession)
program.commandsGroup('Look at a file, send nothing:')
for (const add of [addPreview, addProfile]) add(program, inSession)
addRead(
  program,
  async (input, signal) => (await import('../reading/plainCopy.ts')).plainCopy(input, signal),
  alone,
)
program.commandsGroup('Clean a file, send nothing:')
addRecipe(program, inSession)
const contract = addClean(
  program,
  {
    preview: async (input, control) =>
      (await import('../reading/preview.ts')).preview(input, control),
    read: async (input, control) => (await import('../reading/read.ts')).read(input, control),
    clean: async (input, control) => (await import('../cleaning/clean.ts')).clean(input, control),
    handOver: async (input, control) =>
      (await import('../cleaning/elsewhere/handOver.ts')).handOver(input, control),
    load: async (input, control) => (await import('../warehouse/load.ts')).load(input, control),
    columnValues: async (input, control) =>
      (await import('../warehouse/load.ts')).columnValues(input, control),
    heldRows: async (files) => (await import('../reading/quarantine.ts')).heldRows(files),
    heldRowsCsv: async (files) => (await import('../reading/quarantine.ts')).heldRowsCsv(files),
    tokenKey: async (wanted) => {
      const [{ openVault }, { withEnvironment }, { TokenKeys }] = await Promise.all([
        import('../vault/open.ts'),
        import('../vault/environment.ts'),
        import('../runs/outside/tokenKeys.ts'),
      ])
      const kept = await openVault(folder(), { info: () => {} })
      const vault = withEnvironment(kept, process.env)
      return await new TokenKeys({ vault, settings: null }).key(wanted)
    },
  },
  alone,
)
addContract(contract, inSession)
program.commandsGroup('Sales as they happen (Kafka):')
for (const add of [
  addLand,
  addStream,
  addPublish,
  addProduce,
  addLag,
  addGroups,
  addRedrive,
  addTail,
  addSimulate,
])
  add(program, inSession)
addStreamJob(program, inSession, async (input) =>
  (await import('../cleaning/elsewhere/batch.ts')).batchStatements(input),
)
program.commandsGroup('Ask and set up:')
for (const add of [
  addInsights,
  addQuery,
  addTables,
  addLedger,
  addDatasets,
  addConnections,
  addLimit,
  addKeep,
  addDag,
  addPipeline,
  addPowerBi,
])
  add(program, inSession)
addServe(program, inOwnSession)
addService(program, alone, () => ({
  node: process.execPath,
  entry: resolve(process.argv[1] ?? ''),
  home: folder(),
}))
addCompletion(program, alone)
program.helpCommand(true)

try {
  if (process.argv.length <= 2) program.outputHelp()
  else await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Help and version were asked for; everything else is a misunderstanding.
  process.exitCode = error.exitCode === 0 ? exitCodes.succeeded : exitCodes.usage
}
