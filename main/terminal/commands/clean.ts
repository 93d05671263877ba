import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  type Elsewhere,
  elsewhere,
  elsewhereNames,
  takesFilesFromHere,
} from '../../../shared/domain/recipe/cleanOn.ts'
import { type OutputFormat, outputFormats } from '../../../shared/domain/datasets/dataset.ts'
import {
  readContractFile,
  readDatasetFile,
  readRecipeFile,
} from '../../../shared/domain/datasets/datasetFile.ts'
import { sampleWords } from '../../../shared/domain/files/check.ts'
import { madeWords, outWords } from '../../../shared/domain/fixing/fixing.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { defaultRecipe, droppedAs } from '../../../shared/domain/recipe/recipe.ts'
import { brokenWords } from '../../../shared/domain/rules/ruleWords.ts'
import { groupSentence } from '../../../shared/domain/fixing/fixing.ts'
import { formatCount, formatShare, plural } from '../../../shared/domain/sizes.ts'
import {
  type CleanedFile,
  type CleaningRooms,
  type HeldProblem,
  cleanFile,
} from '../../runs/looking/cleaningFile.ts'
import { type HandingRooms, handOverFile } from '../../runs/looking/handingOver.ts'
import { withParsing } from '../../../shared/domain/rules/tableSchemaParsing.ts'
import { textOf, whole } from '../datasetFiles.ts'
import { type ExitCode, exitCodeFor, exitCodes } from '../exitCodes.ts'
import type { Output } from '../output.ts'
import { wholeNumber } from '../grammar.ts'
import { type DialectOptions, chosenWays, dialectGrammar } from '../reading.ts'

interface CheckOptions extends DialectOptions {
  recipe?: string
  contract?: string
  rejects?: string
  with?: Record<string, string>
  sample?: number
  seed?: number
}
interface CleanOptions extends CheckOptions {
  out?: string
  cleanOn: 'local' | Elsewhere
  recordsAt?: string
}

/** Need no home: they keep nothing, and may run beside a Pallet that is open. Answers with `pallet contract`, which has more. */
export function addClean(
  pallet: Command,
  rooms: CleaningRooms & HandingRooms,
  open: () => { output: Output; signal: AbortSignal },
): Command {
  const attend = async (
    work: (output: Output, signal: AbortSignal) => Promise<ExitCode>,
  ): Promise<void> => {
    const { output, signal } = open()
    try {
      process.exitCode = await work(output, signal)
    } catch (error) {
      const problem = Problem.from(error)
      output.problem(problem)
      process.exitCode = exitCodeFor(problem)
    }
  }
  const withRecipe = (command: Command): Command =>
    dialectGrammar(command)
      .argument('<file>', 'a file of any kind')
      .option('--recipe <file>', 'of “pallet datasets export”, or a recipe; else the usual steps')
      .option('--rejects <file>', 'where the rows that are held back go, as CSV')
      .option(
        '--with <dataset=file>',
        'what stands for the table of a dataset that a step looks up in; may be repeated',
        parseWith,
      )
      .option('--sample <rows>', 'only so many of its first rows', wholeNumber(1, 1_000_000))
      .option(
        '--seed <number>',
        'with --sample: rows from all over the file, the same ones each time',
        wholeNumber(0, 1_000_000_000),
      )
  withRecipe(pallet.command('clean'))
    .description('clean an export to a file, and send nothing')
    .option('--contract <file>', 'what its rows are held to; else of the recipe file, or learnt')
    .option(
      '--out <file>',
      `one that ends in .${outputFormats.join(', .')}; with --clean-on a folder`,
    )
    .addOption(
      new Option('--clean-on <engine>', 'write the records, and the SQL that cleans them there')
        .choices(['local', ...elsewhere])
        .default('local'),
    )
    .option('--records-at <place>', 'where that engine will find the records, else in the folder')
    .action((file: string, options: CleanOptions) =>
      attend((output, signal) => {
        const { cleanOn } = options
        const written = outOf(options)
        if (cleanOn !== 'local' && written !== null)
          return forElsewhere(rooms, output, file, cleanOn, { ...options, out: written }, signal)
        const out = written === null ? null : { file: resolve(written), format: formatOf(written) }
        return work(rooms, output, file, options, out, false, signal)
      }),
    )
  const contract = pallet.command('contract').description('what the rows of a file are held to')
  withRecipe(contract.command('check'))
    .description('whether every row of a file satisfies a contract; nothing is written')
    .requiredOption(
      '--contract <file>',
      'a contract, of “pallet datasets export”, or a Table Schema',
    )
    .action((file: string, options: CheckOptions) =>
      attend((output, signal) => work(rooms, output, file, options, null, true, signal)),
    )
  return contract
}

async function work(
  rooms: CleaningRooms,
  output: Output,
  file: string,
  options: CheckOptions,
  out: { file: string; format: OutputFormat } | null,
  isCheck: boolean,
  signal: AbortSignal,
): Promise<ExitCode> {
  const asked = await askedOf(output, file, options)
  const { rejects } = asked
  const cleaned = await cleanFile(rooms, { ...asked, others: options.with ?? {}, out }, signal)
  const { rows, doubts, stops } = cleaned
  const isNothing = cleaned.tooMany || stops.length > 0
  for (const doubt of doubts) output.note(`Please look: ${doubt}`)
  output.text(accountOf(cleaned, out?.file ?? null), {
    event: 'clean',
    file,
    out: isNothing ? null : (out?.file ?? null),
    rejects,
    ...cleaned,
  })
  if (isNothing) return exitCodes.limit
  return isCheck && rows.quarantined !== 0 ? exitCodes.limit : exitCodes.succeeded
}

/** Where the clean rows go; null: those of a sample are shown. Throws `usage`. */
function outOf({ out, sample, seed, cleanOn }: CleanOptions): string | null {
  const refused = (what: string, advice: string): Problem =>
    new Problem({ code: 'usage', what, did: 'Nothing was written.', advice })
  if (seed !== undefined && sample === undefined)
    throw refused('A seed is for a sample, and none is asked for.', 'Add --sample ROWS.')
  if (sample !== undefined && cleanOn !== 'local')
    throw refused('A sample is cleaned on this computer.', 'Leave out --clean-on, or --sample.')
  if (out !== undefined) return out
  if (sample !== undefined) return null
  throw refused(
    'Nobody has said where the clean rows go.',
    'Add --out FILE, or --sample ROWS to look at some of them.',
  )
}

/** What both ask of a file. */
async function askedOf(output: Output, file: string, options: CheckOptions) {
  const from = options.recipe ?? null
  const text = from === null ? null : await textOf(from)
  const dataset = text === null ? null : readDatasetFile(text).content
  const given = text === null || from === null ? defaultRecipe : whole(readRecipeFile(text), from)
  const read =
    options.contract === undefined ? null : readContractFile(await textOf(options.contract))
  const parsing = withParsing(given, read?.steps ?? [])
  for (const note of [...(read?.notes ?? []), ...parsing.notes]) output.note(`Please look: ${note}`)
  return {
    path: resolve(file),
    reading: dataset?.reading ?? null,
    choices: chosenWays(options),
    entry: options.entry ?? null,
    recipe: parsing.recipe,
    contract: read === null ? (dataset?.contract ?? null) : whole(read, options.contract ?? ''),
    rejects: options.rejects === undefined ? null : resolve(options.rejects),
    sample:
      options.sample === undefined ? null : { rows: options.sample, seed: options.seed ?? null },
  }
}

async function forElsewhere(
  rooms: HandingRooms,
  output: Output,
  file: string,
  engine: Elsewhere,
  options: CleanOptions & { out: string },
  signal: AbortSignal,
): Promise<ExitCode> {
  const { contract, ...asked } = await askedOf(output, file, options)
  const name = elsewhereNames[engine]
  const missing = (what: string, advice: string): Problem =>
    new Problem({ code: 'usage', what, did: 'Nothing was written.', advice })
  if (contract === null)
    throw missing(
      `What the rows are held to in ${name} has to be said, for nothing is learnt from the file there.`,
      'Give a contract: --recipe with a file of “pallet datasets export”, or --contract.',
    )
  if (!takesFilesFromHere[engine] && options.recordsAt === undefined)
    throw missing(
      `${name} does not see the files of this computer.`,
      'Say where the records will lie there: --records-at /Volumes/CATALOG/SCHEMA/VOLUME/records.parquet.',
    )
  const handed = await handOverFile(
    rooms,
    {
      ...asked,
      contract,
      engine,
      folder: resolve(options.out),
      recordsAt: options.recordsAt ?? null,
    },
    signal,
  )
  const { records, quarantined, recordsFile, scriptFile, doubts } = handed
  for (const doubt of doubts) output.note(`Please look: ${doubt}`)
  const held = quarantined === 0 ? '' : ` ${plural(quarantined, 'row')} held back by reading.`
  output.text(
    `${plural(records - quarantined, 'row')} in ${recordsFile}; nothing is cleaned yet.${held}\n${scriptFile} cleans them in ${name}, and says there whether the rows may be taken.`,
    { event: 'handed-over', file, engine, ...handed },
  )
  return exitCodes.succeeded
}

/** Of the kinds of problems, the most frequent; --json and --rejects have more. */
const kindsShown = 10

function accountOf(
  { rows, droppedBy, problems, contract, tooMany, warnings, stops, sampled, shown }: CleanedFile,
  out: string | null,
): string {
  const lines = [
    ...(sampled === null ? [] : sampleWords(sampled, rows.in ?? 0)),
    `${plural(rows.in ?? 0, 'row')}${madeWords(rows)} = ${outWords(rows)}`,
    ...droppedBy.map((one) => `  ${formatCount(one.rows)} dropped ${droppedAs(one, droppedBy)}`),
    ...problems.slice(0, kindsShown).flatMap(problemLines),
  ]
  const more = problems.length - kindsShown
  if (more > 0) lines.push(`  … and ${plural(more, 'other kind')} of problem`)
  for (const warning of warnings) lines.push(`Warning: ${brokenWords(warning)}`)
  for (const stop of stops) lines.push(`Nothing may pass: ${brokenWords(stop)}`)
  if (stops.length > 0 && out !== null) lines.push('Nothing was written.')
  else if (tooMany)
    lines.push(
      `More than ${formatShare(contract.maxQuarantinedShare)} are held back: ${out === null ? 'a run would send nothing' : 'nothing was written'}.`,
    )
  else if (out !== null) lines.push(`Written to ${out}.`)
  if (shown.length > 0) lines.push('The first clean rows:', ...shown)
  return lines.join('\n')
}

/** What is wrong with how many rows, and below it the next of them. */
function problemLines({ rows, examples }: HeldProblem): string[] {
  const [first, ...next] = examples
  if (first === undefined) return []
  const others = next.map(({ line, value }) => {
    const cell = value.length > 60 ? `${value.slice(0, 60)}…` : value
    return `${cell === '' ? '' : `“${cell}” in `}line ${formatCount(line)}`
  })
  return [
    `  ${groupSentence({ rows, firstLine: first.line, message: first.message })}`,
    ...(others.length === 0 ? [] : [`    then ${others.join(', ')}`]),
  ]
}

function parseWith(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, dataset, file] = /^([^=]+)=(.+)$/su.exec(text) ?? []
  if (dataset === undefined || file === undefined)
    throw new InvalidArgumentError('Say the dataset and its file, such as stores=stores.csv.')
  return { ...before, [dataset]: resolve(file) }
}

function formatOf(out: string): OutputFormat {
  const format = outputFormats.find((one) => out.toLowerCase().endsWith(`.${one}`))
  if (format !== undefined) return format
  throw new Problem({
    code: 'usage',
    what: `The name of the output, ${out}, does not say what it is to be.`,
    did: 'Nothing was written.',
    advice: `Let it end in ${outputFormats.map((one) => `.${one}`).join(', ')}.`,
  })
}
