import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInterface } from 'node:readline'
import type { Connection, ConnectionSettings } from '../../shared/domain/connection.ts'
import { needsSecret } from '../../shared/domain/connection.ts'
import type { LoadMode, OutputFormat } from '../../shared/domain/dataset.ts'
import {
  type UploadLimit,
  capAt,
  capText,
  limitText,
  megabitText,
  parseLimit,
} from '../../shared/domain/limit.ts'
import { proposeDataset } from '../../shared/domain/names.ts'
import { needSentence, needsOf } from '../../shared/domain/need.ts'
import { Problem, remedyOf } from '../../shared/domain/problem.ts'
import { type Run, type RunState, isFinished } from '../../shared/domain/run.ts'
import { formatBytes, formatCount, formatDuration, plural } from '../../shared/domain/sizes.ts'
import type { Core, FileToBlob } from '../runs/core.ts'
import { sentenceOf, tableOf, totalsOf } from './blocks.ts'
import type { Output } from './output.ts'

/** What a command ends with; part of the contract with scripts. */
export const exitCodes = { succeeded: 0, failed: 1, usage: 2, limit: 3, waiting: 4 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export function exitCodeOf(state: RunState): ExitCode {
  switch (state) {
    case 'succeeded':
      return exitCodes.succeeded
    case 'stopped':
      return exitCodes.limit
    case 'failed':
    case 'cancelled':
      return exitCodes.failed
    case 'queued':
    case 'running':
    case 'waiting':
    case 'paused':
      return exitCodes.waiting
  }
}

/** What a command ends with that could not do its work. */
export function exitCodeFor(problem: Problem): ExitCode {
  return problem.code === 'usage' ? exitCodes.usage : exitCodes.failed
}

export interface RunOptions {
  dataset?: string
  to?: string
  container?: string
  createContainer?: boolean
  blob?: string
  format?: OutputFormat
  table?: string
  mode?: LoadMode
}

/** Sends files one after the other; the answer is the worst of their exit codes. */
export async function runCommand(
  core: Core,
  output: Output,
  locations: readonly string[],
  options: RunOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const earlier = core.listRuns({ states: ['queued', 'running', 'waiting'], limit: 1000 })
  if (options.createContainer === true) {
    const connection = options.to
    if (connection === undefined || options.container === undefined)
      throw new Problem({
        code: 'usage',
        what: '--create-container needs --to and --container.',
        did: 'Nothing was done.',
      })
    await core.createContainer(connection, options.container, signal)
  }
  let worst: ExitCode = exitCodes.succeeded
  for (const location of locations) {
    worst = worse(worst, await runOne(core, output, location, options, signal))
    if (signal.aborted) return exitCodes.waiting
  }
  tellNeeds(core, output)
  if (earlier.length > 0)
    output.note(
      `${formatCount(earlier.length)} earlier run${earlier.length === 1 ? ' is' : 's are'} not finished; “pallet resume” continues.`,
    )
  return worst
}

/** One file that cannot be sent is told, and does not keep the others from being sent. */
async function runOne(
  core: Core,
  output: Output,
  location: string,
  options: RunOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  let runId: string
  try {
    const isUrl = /^https?:\/\//i.test(location)
    const opened = await core.openSource(isUrl ? location : resolve(location))
    ;({ runId } = await core.startRun({
      source: opened.source,
      dataset: options.dataset ?? proposeDataset(opened.name),
      destination: {
        connection: options.to,
        container: options.container,
        blob: options.blob,
        format: options.format,
        table: options.table,
        mode: options.mode,
      },
    }))
  } catch (error) {
    const problem = Problem.from(error)
    output.problem(problem)
    return exitCodeFor(problem)
  }
  return follow(core, output, runId, signal)
}

export interface BlocksOptions {
  to?: string
  container?: string
  blob?: string
  ifExists?: 'fail' | 'replace' | 'overwrite'
  clearUnfinished?: boolean
}
export interface UploadOptions extends BlocksOptions {
  md5?: boolean
  limit?: UploadLimit
}

function fileToBlob(file: string, options: BlocksOptions): FileToBlob {
  const { to: connection, container, blob, ifExists, clearUnfinished } = options
  return { file: resolve(file), connection, container, blob, ifExists, clearUnfinished }
}

/** The upload engine alone: one file, byte for byte. */
export async function uploadCommand(
  core: Core,
  output: Output,
  file: string,
  options: UploadOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  try {
    const uploaded = await core.uploadFile(
      {
        ...fileToBlob(file, options),
        wholeMd5: options.md5,
        limit: options.limit,
      },
      {
        signal,
        report: (progress) => output.bar('upload', progress),
        warn: (message) => output.note(`Please look: ${message}`),
      },
    )
    output.text(
      `${formatBytes(uploaded.bytes)} at ${uploaded.connection}: ${uploaded.container}/${uploaded.blob}; ` +
        `${formatCount(uploaded.blocksSent)} of ${plural(uploaded.blocks, 'block')} (${formatBytes(uploaded.bytesSent)}) had to be sent.`,
      { event: 'upload', ...uploaded },
    )
    return exitCodes.succeeded
  } catch (error) {
    const problem = Problem.from(error)
    output.problem(problem)
    // The storage keeps the blocks for a week; the same command goes on from there.
    return signal.aborted || remedyOf(problem.code) !== 'end' ? exitCodes.waiting : exitCodes.failed
  }
}

/** What `upload` would send, block by block, and why. */
export async function blocksCommand(
  core: Core,
  output: Output,
  file: string,
  options: BlocksOptions,
  signal: AbortSignal,
): Promise<void> {
  const planned = await core.planUpload(fileToBlob(file, options), {
    signal,
    report: (progress) => output.bar('blocks', progress),
  })
  const { connection, container, blob, bytes, blocks, fate, foreignBlocks } = planned
  const totals = totalsOf(blocks)
  output.table(
    ['from', 'to', 'blocks', 'size', 'why'],
    tableOf(blocks),
    blocks.map((block) => ({ event: 'block', ...block })),
  )
  output.text(sentenceOf(planned), {
    event: 'blocks',
    connection,
    container,
    blob,
    bytes,
    blocks: blocks.length,
    ...totals,
    fate: fate.kind,
    problem: fate.kind === 'refused' ? fate.problem : null,
    foreignBlocks,
  })
}

/** Continues one run, or every run that was cut off, and waits for each. */
export async function resumeCommand(
  core: Core,
  output: Output,
  runId: string | undefined,
  signal: AbortSignal,
): Promise<ExitCode> {
  const runIds = runId === undefined ? core.resumeAll() : [await resumeOne(core, runId)]
  if (runIds.length === 0) {
    output.note('Nothing is waiting: every run has ended.')
    return exitCodes.succeeded
  }
  let worst: ExitCode = exitCodes.succeeded
  for (const id of runIds) {
    worst = worse(worst, await follow(core, output, id, signal))
    if (signal.aborted) return exitCodes.waiting
  }
  tellNeeds(core, output)
  return worst
}

/** Asks once for what a connection needs, however many runs wait for it. */
function tellNeeds(core: Core, output: Output): void {
  for (const need of needsOf(core.listRuns({ states: ['waiting'], limit: 1000 })))
    output.note(`${needSentence(need)} “pallet resume” then goes on.`)
}

async function resumeOne(core: Core, name: string): Promise<string> {
  const run = findRun(core, name)
  switch (run.state) {
    case 'succeeded':
      // Nothing to do is not an error: scripts may say "resume" twice.
      break
    case 'failed':
    case 'stopped':
    case 'cancelled':
      await core.retry(run.id)
      break
    case 'waiting':
    case 'paused':
      await core.resume(run.id)
      break
    case 'queued':
    case 'running':
      core.continueRun(run.id)
      break
  }
  return run.id
}

/** Shows a run until it has ended or waits for something that this command cannot bring. */
async function follow(
  core: Core,
  output: Output,
  runId: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const watching = new AbortController()
  const onAbort = (): void => watching.abort()
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) watching.abort()
  const told = new Set<string>()
  let steps = ''
  try {
    for await (const run of core.watchRuns(watching.signal, 0, [runId])) {
      if (run.id !== runId) continue
      // What a step warns of before it begins is there with its first report.
      const now = run.steps
        .map(({ state, progress }) => state + (progress === null ? '' : '+'))
        .join()
      if (now !== steps) tellWarnings(core, output, runId, told)
      steps = now
      output.progress(run)
      if (isFinished(run.state) || run.state === 'waiting' || run.state === 'paused') break
    }
  } catch (error) {
    // The list of runs cannot be written: the run stays where it is, and "resume" continues it.
    output.problem(Problem.from(error))
    return exitCodes.waiting
  } finally {
    signal.removeEventListener('abort', onAbort)
    watching.abort()
  }
  // So that the receipt says what the next start will find.
  if (signal.aborted) await core.halt()
  const { run, receipt } = core.getRun(runId)
  output.receipt(receipt)
  return exitCodeOf(run.state)
}

/** Warnings of a run's diary that have not been told yet; a step that is repeated repeats its own. */
function tellWarnings(core: Core, output: Output, runId: string, told: Set<string>): void {
  for (const { level, message } of core.runEvents(runId))
    if (level === 'warn' && !told.has(message)) {
      told.add(message)
      output.warning(runId, message)
    }
}

export function runsCommand(core: Core, output: Output, search: string | undefined): void {
  const runs = core.listRuns({ limit: 1000, search })
  if (runs.length === 0) output.note('Nothing has been sent yet.')
  output.table(
    ['run', 'state', 'file', 'dataset', 'in', 'clean', 'held', 'loaded', 'took'],
    runs.map((run) => [
      run.id,
      run.state,
      run.source.name,
      run.dataset,
      count(run.rows.in),
      count(run.rows.clean),
      count(run.rows.quarantined),
      count(run.rows.loaded),
      took(run),
    ]),
    runs,
  )
}

export function showCommand(core: Core, output: Output, name: string): void {
  const { id } = findRun(core, name)
  const { receipt } = core.getRun(id)
  const events = core.runEvents(id)
  output.text(events.map((event) => `${localTime(event.at)}  ${event.message}`).join('\n'), {
    event: 'events',
    runId: id,
    events,
  })
  output.receipt(receipt)
}

/** Held-back rows as CSV, to a file or to stdout. */
export async function rejectsCommand(
  core: Core,
  output: Output,
  name: string,
  out: string | undefined,
  json: boolean,
): Promise<void> {
  const { id } = findRun(core, name)
  if (out !== undefined) {
    const file = resolve(out)
    await pipeline(Readable.fromWeb(core.rejectsCsv(id)), createWriteStream(file)).catch(
      (error: unknown) => {
        throw notWritten(file, error)
      },
    )
    const { total } = await core.rejects(id, 0, 1)
    output.text(`${formatCount(total)} held-back rows written to ${resolve(out)}.`, {
      event: 'rejects',
      runId: id,
      rows: total,
      file: resolve(out),
    })
    return
  }
  if (!json) {
    await pipeline(Readable.fromWeb(core.rejectsCsv(id)), process.stdout, { end: false }).catch(
      (error: unknown) => {
        if (!isBrokenPipe(error)) throw error
      },
    )
    return
  }
  for (let offset = 0; ; offset += 500) {
    const { rows } = await core.rejects(id, offset, 500)
    for (const row of rows) output.text('', row)
    if (rows.length < 500 || !process.stdout.writable) return
  }
}

function notWritten(file: string, cause: unknown): Problem {
  if (cause instanceof Problem) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return new Problem(
    {
      code: code === 'ENOSPC' ? 'disk-full' : 'usage',
      what: `The held-back rows cannot be written to ${file}.`,
      did: 'They are kept with the run.',
      advice: 'Choose another place with --out.',
      detail: code,
    },
    { cause },
  )
}

/** Whoever read the output has seen enough (`| head`): no error, for them or for us. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}

export async function previewCommand(
  core: Core,
  output: Output,
  location: string,
  rows: number,
  signal: AbortSignal,
): Promise<void> {
  const isUrl = /^https?:\/\//i.test(location)
  const opened = await core.openSource(isUrl ? location : resolve(location))
  const preview = await core.preview({ source: opened.source, rows }, signal)
  const { dialect, doubts } = preview.detected
  const names: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' }
  output.note(
    `${preview.name}: ${dialect.encoding}, separated by ${names[dialect.delimiter] ?? dialect.delimiter}, ` +
      `${dialect.header ? 'with' : 'without'} header, about ${formatCount(Math.round(preview.estimatedRecords))} rows`,
  )
  for (const doubt of doubts) output.note(`Please look: ${doubt}`)
  for (const broken of preview.broken)
    output.note(`Line ${broken.line} would be held back: ${broken.reason}`)
  output.table(
    ['line', ...preview.columns.map((column) => `${column.name}\n${column.type}`)],
    preview.rows.map((row) => [String(row.line), ...row.cells.map((cell) => cell.slice(0, 60))]),
    [{ event: 'preview', ...preview }],
  )
}

export async function queryCommand(
  core: Core,
  output: Output,
  sql: string,
  signal: AbortSignal,
): Promise<void> {
  const answer = await core.query(sql, 10_000, signal)
  output.table(
    answer.columns,
    answer.rows.map((row) => row.map((cell) => cell ?? '')),
    answer.rows.map((row) =>
      Object.fromEntries(answer.columns.map((name, index) => [name, row[index] ?? null])),
    ),
  )
  if (answer.truncated) output.note('Only the first 10,000 rows are shown.')
}

export const limitForms =
  'A rate such as 500k or 2m (bytes a second), a table such as “08:00,500k 20:00,off”, or “off” is expected.'

/** Shows the limit of this home; sets it first where one is given. */
export function limitCommand(core: Core, output: Output, text: string): void {
  const limit = parseLimit(text)
  if (limit === null && text !== '')
    throw new Problem({
      code: 'usage',
      what: `“${text}” is no limit.`,
      did: 'Nothing was changed.',
      advice: limitForms,
    })
  const { uploadLimit } =
    limit === null ? core.settings() : core.saveSettings({ uploadLimit: limit })
  const now = capAt(uploadLimit, new Date())
  output.text(
    [
      limitText(uploadLimit),
      now.bytesPerSecond === null
        ? 'Uploads may take the whole line now.'
        : `Uploads are held to ${capText(now.bytesPerSecond, now.until)} (${megabitText(now.bytesPerSecond)}).`,
    ].join('\n'),
    { event: 'limit', limit: limitText(uploadLimit), entries: uploadLimit },
  )
}

export async function listConnections(core: Core, output: Output): Promise<void> {
  const connections = await core.listConnections()
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

export interface AddOptions {
  kind: Connection['settings']['kind']
  account?: string
  endpoint?: string
  tenant?: string
  client?: string
  container?: string
}

/** The secret comes from standard input, never from the command line, which `ps` shows. */
export async function addConnection(
  core: Core,
  output: Output,
  name: string,
  options: AddOptions,
  settings: ConnectionSettings,
  variable: string,
): Promise<void> {
  const secret = needsSecret(options.kind) ? await readSecret(output) : undefined
  await core.saveConnection({ name, settings, container: options.container ?? null, secret })
  output.text(`The connection ${name} is saved.`, { event: 'connection', name })
  if (core.vault === 'memory' && secret !== undefined)
    output.note(
      `This computer has no keychain, so the secret is forgotten when this command ends. ` +
        `Give it to later commands in the variable ${variable}.`,
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

/** A run by its id or by the beginning of it. */
function findRun(core: Core, name: string): Run {
  const runs = core.listRuns({ limit: 1000, search: name }).filter((run) => run.id.startsWith(name))
  const [run] = runs
  if (run !== undefined && (runs.length === 1 || run.id === name)) return run
  throw new Problem({
    code: runs.length > 1 ? 'usage' : 'not-found',
    what:
      runs.length > 1
        ? `${formatCount(runs.length)} runs begin with ${name}.`
        : `There is no run ${name}.`,
    did: 'Nothing was changed.',
    advice: '“pallet runs” lists them.',
  })
}

function worse(a: ExitCode, b: ExitCode): ExitCode {
  const order: ExitCode[] = [0, 4, 3, 1, 2]
  return order.indexOf(a) >= order.indexOf(b) ? a : b
}

function count(value: number | null): string {
  return value === null ? '' : formatCount(value)
}

function took(run: Run): string {
  if (run.finishedAt === null) return ''
  return formatDuration(Date.parse(run.finishedAt) - Date.parse(run.createdAt))
}

function localTime(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE')
}
