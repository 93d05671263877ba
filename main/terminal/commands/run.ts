import { type Command, Option } from 'commander'
import { type Check, checkSentences } from '../../../shared/domain/files/check.ts'
import { CleanOn } from '../../../shared/domain/recipe/cleanOn.ts'
import { IfDelivered } from '../../../shared/domain/runs/decision.ts'
import { OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import {
  belongingOf,
  belongingSentence,
  takenAs,
} from '../../../shared/domain/datasets/belonging.ts'
import { printsOfPreview } from '../../../shared/domain/columns/columnPrints.ts'
import { proposeDataset } from '../../../shared/domain/datasets/names.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { RunState } from '../../../shared/domain/runs/run.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import type { TopicTarget } from '../../../shared/domain/streams/topic.ts'
import { type ExitCode, exitCodeFor, exitCodes, worse } from '../exitCodes.ts'
import { follow, tellNeeds } from '../follow.ts'
import { type TypeChoices, chosenColumns, parseType } from '../columns.ts'
import { type HeaderOptions, headerGrammar } from '../header.ts'
import { type PersonalChoices, parsePersonal } from '../personal.ts'
import { type MeaningOptions, chosenMeaning, meaningGrammar } from '../meaning.ts'
import type { Output } from '../output.ts'
import {
  type DialectOptions,
  chosenReading,
  dialectGrammar,
  given,
  openLocation,
  standardInput,
} from '../reading.ts'
import type { CommandCore, InSession, Session } from '../session.ts'
import { namedRunId } from '../../runs/runId.ts'
import { type TriggerOptions, chosenTriggers, triggerGrammar } from '../triggers.ts'

export function addRun(pallet: Command, inSession: InSession): void {
  triggerGrammar(meaningGrammar(headerGrammar(dialectGrammar(pallet.command('run')))))
    .description('send one or several exports on their way')
    .argument('<file...>', 'files, https addresses, or - for standard input')
    .option('--name <file>', 'what the file from standard input is called (default: DATASET.csv)')
    .option('--dataset <name>', 'kind of export (default: from the file name)')
    .option('--to <connection>', 'where blobs go (default: as last time, else the sandbox)')
    .option('--container <name>', 'container of the connection')
    .option('--create-container', 'create that container first, if it is missing')
    .option('--blob <name>', 'name of the blob (default: DATASET/DAY/RUN_FILE)')
    .option('--no-blob', 'no blob, only the table')
    .addOption(new Option('--format <format>', 'of the blob').choices(OutputFormat.options))
    .option(
      '--warehouse <connection>',
      'where tables are (default: as last time, else the sandbox)',
    )
    .option(
      '--table <name>',
      'table of the warehouse; in Snowflake and Databricks with its schema where it is another: SCHEMA.TABLE, DATABASE.SCHEMA.TABLE (default: from the dataset)',
    )
    .option('--no-table', 'no table, only the blob')
    .addOption(
      new Option(
        '--clean-on <where>',
        'who cleans the rows: this computer, or the warehouse of their table, which needs --no-blob (default: as last time, else local)',
      ).choices(CleanOn.options),
    )
    .addOption(
      new Option(
        '--if-delivered <what>',
        'what a file is that was delivered before (default: the same bytes are skipped, similar rows are asked about)',
      ).choices(IfDelivered.options),
    )
    .option(
      '--run-id <name>',
      'a name of your own for this run: asked for again, it goes on with the run that is there',
    )
    .option('--dry-run', 'say what a run would make of the file, and send nothing')
    .option('--add-columns', 'give the table columns of the file that it lacks, without asking')
    .option('--allow-shrink', 'let few rows take the place of many without asking')
    .option(
      '--type <column=type>',
      'how a column is read: amount=decimal, “sold=date:dmy”; may be repeated',
      parseType,
    )
    .option(
      '--personal <column=rule>',
      'a personal column, and what becomes of it where it is sent: email=hash (mask, tokenise, drop, keep); remembered; may be repeated',
      parsePersonal,
    )
    .action((files: string[], options: RunOptions) =>
      inSession((session) => runCommand(session, files, options)),
    )
}

export interface RunOptions extends DialectOptions, HeaderOptions, MeaningOptions, TriggerOptions {
  name?: string
  type?: TypeChoices
  personal?: PersonalChoices
  dataset?: string
  to?: string
  container?: string
  createContainer?: boolean
  blob?: string | false
  format?: OutputFormat
  warehouse?: string
  ifDelivered?: IfDelivered
  allowShrink?: boolean
  addColumns?: boolean
  dryRun?: boolean
  runId?: string
  table?: string | false
  cleanOn?: CleanOn
  /** Its rows are published there, and go nowhere else. */
  topic?: TopicTarget
}

/** Sends files one after the other; the answer is the worst of their exit codes. */
export async function runCommand(
  { core, elsewhere, output, signal }: Session,
  locations: readonly string[],
  options: RunOptions,
): Promise<ExitCode> {
  const piped = locations.filter((location) => location === standardInput).length
  const named = options.name !== undefined
  if (piped > 1 || (piped === 0 ? named : !named && options.dataset === undefined))
    throw new Problem({
      code: 'usage',
      what: 'The file from standard input needs a name or a dataset, and nothing else needs a name.',
      did: 'Nothing was done.',
      advice: 'For example: “pallet run - --name sales.csv < sales.csv”.',
    })
  if (options.runId !== undefined && locations.length > 1)
    throw new Problem({
      code: 'usage',
      what: 'A name of your own is for one run, and several files are several.',
      did: 'Nothing was sent.',
      advice: 'Send each by a command of its own, with its own --run-id.',
    })
  const earlier = await core.runs.list({ states: ['queued', 'running', 'waiting'], limit: 1000 })
  if (options.createContainer === true) {
    const connection = options.to
    if (connection === undefined || options.container === undefined)
      throw new Problem({
        code: 'usage',
        what: '--create-container needs --to and --container.',
        did: 'Nothing was done.',
      })
    await core.connections.createContainer(connection, options.container, signal)
  }
  let worst: ExitCode = exitCodes.succeeded
  for (const location of locations) {
    worst = worse(worst, await runOne(core, output, location, options, signal))
    if (signal.aborted) return worse(worst, exitCodes.waiting)
  }
  await tellNeeds(core, output)
  if (!elsewhere && earlier.length > 0)
    output.note(
      `${formatCount(earlier.length)} earlier run${earlier.length === 1 ? ' is' : 's are'} not finished; “pallet resume” continues.`,
    )
  return worst
}

/** Whether there is a run with that id, which then goes on unless it has delivered: whoever asks twice means the same one. */
async function goesOn(core: CommandCore, runId: string): Promise<boolean> {
  const state = await stateOf(core, runId)
  switch (state) {
    case null:
      return false
    case 'failed':
    case 'stopped':
    case 'cancelled':
      await core.runs.retry(runId)
      return true
    case 'paused':
      await core.runs.resume(runId)
      return true
    case 'queued':
    case 'running':
    case 'waiting':
      await core.runs.continue(runId)
      return true
    case 'succeeded':
      return true
  }
}

async function stateOf(core: CommandCore, runId: string): Promise<RunState | null> {
  try {
    return (await core.runs.get(runId)).run.state
  } catch (error) {
    if (Problem.from(error).code === 'not-found') return null
    throw error
  }
}

/** One file that cannot be sent is told, and does not keep the others from being sent. */
async function runOne(
  core: CommandCore,
  output: Output,
  location: string,
  options: RunOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  let runId: string
  const named = options.runId === undefined ? undefined : namedRunId(options.runId)
  try {
    if (named !== undefined && (await goesOn(core, named)))
      return await follow(core, output, named, signal)
    const { source, name } = await openLocation(
      core,
      location,
      options.name ?? `${options.dataset}.csv`,
      signal,
    )
    const dataset =
      options.dataset ?? (await datasetOf(core, output, { source, name }, options, signal))
    const known = (await core.datasets.list()).find((one) => one.name === dataset) ?? null
    const reading = await chosenReading(core, source, options, known?.reading ?? null, signal)
    const columns =
      options.type === undefined && options.personal === undefined
        ? undefined
        : await chosenColumns(core, source, options, reading, known, signal)
    if (options.dryRun === true) {
      const asked = {
        source,
        dataset,
        reading: reading ?? undefined,
        columns,
        header: options.map,
      }
      return tellCheck(output, name, await core.runs.check(asked, signal))
    }
    ;({ runId } = await core.runs.start({
      source,
      runId: named,
      dataset,
      reading: reading ?? undefined,
      columns,
      header: options.map,
      destination: {
        blob:
          options.blob === false || options.topic !== undefined
            ? null
            : given({
                connection: options.to,
                container: options.container,
                name: options.blob,
                format: options.format,
              }),
        warehouse:
          options.table === false || options.topic !== undefined
            ? null
            : given({
                connection: options.warehouse,
                table: options.table,
                meaning: chosenMeaning(options),
                cleanOn: options.cleanOn,
              }),
        topic: options.topic,
        ...chosenTriggers(options),
      },
      remember: options.remember,
      ifDelivered: options.ifDelivered,
      allowShrink: options.allowShrink,
      addColumns: options.addColumns,
    }))
  } catch (error) {
    const problem = Problem.from(error)
    output.problem(problem)
    return exitCodeFor(problem)
  }
  return follow(core, output, runId, signal)
}

/** The dataset of a file of which nobody has said it: by its name, else by its columns. */
async function datasetOf(
  core: CommandCore,
  output: Output,
  { source, name }: { source: string; name: string },
  options: RunOptions,
  signal: AbortSignal,
): Promise<string> {
  const named = proposeDataset(name)
  const datasets = await core.datasets.list()
  const isNamed = datasets.some((one) => one.name === named)
  // Who says the table, or the topic, has said whose file it is.
  const isPlaced = options.topic !== undefined || typeof options.table === 'string'
  if (isNamed || isPlaced || datasets.length === 0) return named
  const reading = (await chosenReading(core, source, options, null, signal)) ?? undefined
  const preview = await core.sources.preview({ source, reading, rows: 200 }, signal)
  const belonging = belongingOf(name, printsOfPreview(preview), datasets)
  const dataset = takenAs(name, belonging)
  const sentence = belongingSentence(belonging)
  const others = belonging.kind === 'others-values' ? belonging.datasets : [belonging.name]
  if (sentence !== '')
    output.note(
      `${name} goes to ${dataset === named ? 'the new dataset ' : ''}${dataset}. ${sentence} To send it elsewhere: ${others.map((one) => `--dataset ${one}`).join(' or ')}.`,
    )
  return dataset
}

function tellCheck(output: Output, name: string, check: Check): ExitCode {
  const { records, clean, held, dropped, examples, tooMany, stops, doubts } = check
  for (const doubt of doubts) output.note(`Please look: ${doubt}`)
  output.text(
    `${name}: ${plural(records, 'row')}: ${formatCount(clean)} clean, ${formatCount(held)} held back, ${formatCount(dropped)} dropped. Nothing was sent.`,
    { event: 'check', name, ...check },
  )
  for (const { line, reasons } of examples)
    output.note(`Line ${line}: ${reasons.map(({ message }) => message).join(' ')}`)
  if (tooMany)
    output.note('So many would be held back that the run would stop before anything is sent.')
  // The rows have been told, line by line.
  for (const sentence of checkSentences({ ...check, examples: [] })) output.note(sentence)
  return tooMany || stops.length > 0 ? exitCodes.limit : exitCodes.succeeded
}
