import { type Command, InvalidArgumentError, Option } from 'commander'
import { OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import { Extract, type Paging, pagingKinds } from '../../../shared/domain/arriving/extract.ts'
import { extractPresets } from '../../../shared/domain/arriving/extractPresets.ts'
import { localTime } from '../../../shared/domain/localTime.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { scheduleWords } from '../../../shared/domain/arriving/schedule.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { type ExitCode, exitCodes } from '../exitCodes.ts'
import { follow } from '../follow.ts'
import { wholeNumber } from '../grammar.ts'
import { type MeaningOptions, chosenMeaning, meaningGrammar } from '../meaning.ts'
import { given } from '../reading.ts'
import type { InSession, Session } from '../session.ts'

interface ExtractOptions {
  connection: string
  preset?: string
  path?: string
  query?: Record<string, string>
  records?: string
  paging?: Paging['kind']
  pageParameter?: string
  firstPage?: number
  next?: string
  untilEmpty?: boolean
  sizeParameter?: string
  size?: number
  key?: string
  since?: string
  sinceParameter?: string
  back?: number
  totalHeader?: string
  total?: string
}

export function addExtract(pallet: Command, inSession: InSession): void {
  const extract = pallet
    .command('extract')
    .description('lists of a shop system’s API that become the files of datasets')
  grammar(extract.command('set').argument('<dataset>'))
    .description('say where a dataset is fetched from')
    .action((dataset: string, options: ExtractOptions) =>
      inSession(async ({ core, output }) => {
        const chosen = chosenExtract(options)
        await core.extracts.save({ dataset, extract: chosen })
        output.text(`${dataset} is fetched from ${chosen.path} of ${chosen.connection}.`, {
          event: 'extract',
          dataset,
          ...chosen,
        })
        output.note(
          `“pallet extract try ${dataset}” shows the first page, “pallet fetch ${dataset}” fetches.`,
        )
      }),
    )
  grammar(extract.command('try').argument('[dataset]'), false)
    .description('show the first page of a list, saved or not; nothing is kept')
    .action((dataset: string | undefined, options: Partial<ExtractOptions>) =>
      inSession((session) => tryCommand(session, dataset, options)),
    )
  extract
    .command('list')
    .description('what is fetched from where')
    .action(() =>
      inSession(async ({ core, output }) => {
        const all = await core.schedules.list()
        output.table(
          ['dataset', 'connection', 'path', 'goes on by', 'when', 'next', 'trouble'],
          all.map(({ dataset, extract: of, schedule, nextAt, trouble }) => [
            dataset,
            of.connection,
            of.path,
            of.incremental?.field ?? '',
            schedule === null ? '' : scheduleWords(schedule),
            nextAt === null ? '' : localTime(nextAt),
            trouble?.what ?? '',
          ]),
          all.map((one) => ({ event: 'extract', ...one })),
        )
      }),
    )
  extract
    .command('presets')
    .description('lists of shop systems that are known, for --preset')
    .action(() =>
      inSession(async ({ output }) => {
        output.table(
          ['preset', 'list', 'connection'],
          extractPresets.map(({ name, title, connection }) => [name, title, connection]),
          extractPresets.map((preset) => ({ event: 'preset', ...preset })),
        )
      }),
    )
  extract
    .command('remove')
    .argument('<dataset>')
    .description('fetch a dataset no more; its runs and rows stay')
    .action((dataset: string) =>
      inSession(async ({ core, output }) => {
        await core.extracts.remove(dataset)
        output.text(`${dataset} is fetched no more.`, { event: 'extract', dataset, removed: true })
      }),
    )
}

interface FetchOptions extends MeaningOptions {
  to?: string
  container?: string
  blob?: false
  format?: OutputFormat
  warehouse?: string
  table?: string
}

export function addFetch(pallet: Command, inSession: InSession): void {
  meaningGrammar(pallet.command('fetch').argument('<dataset>'))
    .description('fetch what is new in the list of a shop system, and send it on its way')
    .option('--to <connection>', 'where blobs go (default: as last time, else the sandbox)')
    .option('--container <name>', 'container of the connection')
    .option('--no-blob', 'no blob, only the table')
    .addOption(new Option('--format <format>', 'of the blob').choices(OutputFormat.options))
    .option(
      '--warehouse <connection>',
      'where tables are (default: as last time, else the sandbox)',
    )
    .option('--table <name>', 'table of the warehouse (default: from the dataset)')
    .action((dataset: string, options: FetchOptions) =>
      inSession((session) => fetchCommand(session, dataset, options)),
    )
}

async function fetchCommand(
  { core, output, signal }: Session,
  dataset: string,
  options: FetchOptions,
): Promise<ExitCode> {
  const meaning = chosenMeaning(options)
  const destination = {
    blob:
      options.blob === false
        ? null
        : given({ connection: options.to, container: options.container, format: options.format }),
    warehouse: given({ connection: options.warehouse, table: options.table, meaning }),
  }
  const { runId } = await core.extracts.fetch({ dataset, destination }, signal)
  if (runId !== null) return await follow(core, output, runId, signal)
  output.text(`Nothing new for ${dataset}.`, { event: 'fetch', dataset, run: null })
  return exitCodes.succeeded
}

async function tryCommand(
  { core, output, signal }: Session,
  dataset: string | undefined,
  options: Partial<ExtractOptions>,
): Promise<void> {
  const saved = (await core.schedules.list()).find((one) => one.dataset === dataset)?.extract
  const { connection = saved?.connection } = options
  if (connection === undefined)
    throw new Problem({
      code: 'usage',
      what: 'A list to be tried is one of a dataset, or described by --connection and --path.',
      did: 'Nothing was asked for.',
    })
  const tried = saved ?? chosenExtract({ ...options, connection })
  const { records, newOnPage, isLast, total } = await core.extracts.try(tried, signal)
  for (const record of records) output.text(record, { event: 'record', record })
  output.note(
    `${plural(newOnPage, 'record')} on the first page, ${isLast ? 'which is the only one' : 'and there are more'}${total === null ? '' : `; ${formatCount(total)} in all`}. Nothing was kept.`,
  )
}

function grammar(command: Command, needsConnection = true): Command {
  const connection = new Option('--connection <name>', 'a connection of the kind store-api')
  return command
    .addOption(needsConnection ? connection.makeOptionMandatory() : connection)
    .addOption(
      new Option(
        '--preset <name>',
        'a known list, of which the other options change parts',
      ).choices(extractPresets.map(({ name }) => name)),
    )
    .option('--path <path>', 'of the list, below the address of the connection: /orders.json')
    .option('--query <name=value>', 'what is asked for with it; may be repeated', parameter)
    .option(
      '--records <place>',
      'where the records are: orders, or data.items (default: the answer)',
    )
    .addOption(
      new Option(
        '--paging <kind>',
        'how its pages are asked for (default: one answer is all)',
      ).choices(pagingKinds),
    )
    .option('--page-parameter <name>', 'of page, offset and cursor: the parameter')
    .option('--first-page <number>', 'of page: the number of the first one', wholeNumber(0, 1))
    .option('--next <place>', 'of cursor and next: where it is in the answer')
    .option('--until-empty', 'of cursor: each answer has one, and an empty page is the end')
    .option('--size-parameter <name>', 'how many records a page is to have: the parameter')
    .option('--size <number>', '… and the number', wholeNumber(1, 10_000))
    .option('--key <place>', 'what tells records apart, as id')
    .option('--since <place>', 'only what is new: a time or number of each record that grows')
    .option('--since-parameter <name>', '… and the parameter that takes the smallest wanted')
    .option(
      '--back <number>',
      '… asked for so much less, in seconds or numbers',
      wholeNumber(0, 86_400),
    )
    .option('--total <place>', 'where the answer says how many there are in all')
    .option('--total-header <name>', '… or the header that does')
}

function parameter(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('NAME=VALUE is expected.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

function chosenExtract(options: ExtractOptions): Extract {
  const preset = extractPresets.find(({ name }) => name === options.preset)?.extract
  const { totalHeader, total, since, sinceParameter, back } = options
  const incremental =
    since === undefined && sinceParameter === undefined && back === undefined
      ? undefined
      : {
          field: since ?? preset?.incremental?.field,
          parameter: sinceParameter ?? preset?.incremental?.parameter,
          back: back ?? preset?.incremental?.back ?? 0,
        }
  const parsed = Extract.safeParse({
    connection: options.connection,
    path: options.path ?? preset?.path,
    query: { ...preset?.query, ...options.query },
    records: options.records ?? preset?.records ?? '',
    paging: chosenPaging(options, preset?.paging),
    key: options.key ?? preset?.key ?? null,
    incremental: incremental ?? preset?.incremental ?? null,
    total:
      totalHeader !== undefined
        ? { in: 'header', name: totalHeader }
        : total !== undefined
          ? { in: 'answer', name: total }
          : (preset?.total ?? null),
  })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Problem({
    code: 'usage',
    what: `What is fetched is not described whole: ${issue?.path.join('.') ?? ''} is missing or wrong.`,
    did: 'Nothing was saved.',
    advice:
      'A list needs a --path. Paging by page, offset and cursor needs a --page-parameter, by cursor and next a --next; --since needs a --since-parameter.',
    detail: issue?.message ?? '',
  })
}

/** What has not been said yet is told by the schema. */
function chosenPaging(options: ExtractOptions, preset: Paging | undefined): object {
  const { sizeParameter, size, pageParameter, firstPage, next, untilEmpty } = options
  const kind = options.paging ?? preset?.kind ?? 'none'
  const before: Partial<Record<string, unknown>> = preset?.kind === kind ? preset : {}
  return {
    size: null,
    first: 1,
    untilEmpty: false,
    ...before,
    kind,
    ...(sizeParameter === undefined && size === undefined
      ? {}
      : { size: { ...(before['size'] as object | null), ...sizeOf(sizeParameter, size) } }),
    ...given({ parameter: pageParameter, first: firstPage, next, untilEmpty }),
  }
}

const sizeOf = (parameter: string | undefined, records: number | undefined): object => ({
  ...(parameter === undefined ? {} : { parameter }),
  ...(records === undefined ? {} : { records }),
})
