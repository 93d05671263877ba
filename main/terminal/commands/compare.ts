import type { Command } from 'commander'
import type { Compared } from '../../../shared/domain/recipe/compared.ts'
import { readDatasetFile } from '../../../shared/domain/datasets/datasetFile.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { textOf, whole } from '../datasetFiles.ts'
import { exitCodes } from '../exitCodes.ts'
import { wholeNumber } from '../grammar.ts'
import type { Output } from '../output.ts'
import { openLocation } from '../reading.ts'
import type { InSession } from '../session.ts'

interface CompareOptions {
  file: string
  from?: number
  to?: number
  with?: string
  sample?: number
}

/** One file under two versions of a dataset; under `pallet datasets`. */
export function addCompare(datasets: Command, inSession: InSession): void {
  datasets
    .command('compare')
    .description(
      'which rows of a file another version makes otherwise; exits with 1 if it makes any',
    )
    .argument('<name>')
    .requiredOption('--file <file>', 'the export to look at; nothing of it is sent')
    .option(
      '--from <number>',
      'this version beside the dataset as it is now',
      wholeNumber(1, 1_000_000),
    )
    .option('--to <number>', '--from beside this one', wholeNumber(1, 1_000_000))
    .option('--with <file>', 'the dataset as it is now beside a file that “export” wrote')
    .option('--sample <rows>', 'only so many of the first rows', wholeNumber(1, 1_000_000_000))
    .action((name: string, options: CompareOptions) =>
      inSession(async ({ core, output, signal }) => {
        const { from: version, to, sample } = options
        if (
          (version === undefined) === (options.with === undefined) ||
          (version === undefined && to !== undefined)
        )
          throw new Problem({
            code: 'usage',
            what: 'It was not said what to compare with.',
            did: 'Nothing was compared.',
            advice:
              'Say either --from, as “pallet datasets history” lists them, or --with and a file.',
          })
        const other =
          options.with === undefined
            ? undefined
            : whole(readDatasetFile(await textOf(options.with)), options.with)
        const { source } = await openLocation(core, options.file, 'standard input', signal)
        const compared = await core.datasets.compare(
          { source, name, version, to, other, sample },
          signal,
        )
        tell(output, compared)
        const { changed, gone, come, columns } = compared
        const isSame = changed + gone + come === 0 && columns.every((one) => one.in === 'both')
        return isSame ? exitCodes.succeeded : exitCodes.failed
      }),
    )
}

function tell(output: Output, compared: Compared): void {
  const { records, isSample, changed, gone, come, columns, rows } = compared
  const only = columns.filter((column) => column.in !== 'both')
  output.note(
    `${isSample ? 'Of the first ' : 'Of '}${plural(records, 'row')}: ${formatCount(changed)} change, ${formatCount(gone)} go, ${formatCount(come)} come.`,
  )
  for (const [which, { clean, held, dropped }] of [
    ['before', compared.before],
    ['after', compared.after],
  ] as const)
    output.note(
      `  ${which.padEnd(6)} ${formatCount(clean)} clean, ${formatCount(held)} held back, ${formatCount(dropped)} dropped`,
    )
  for (const { name, in: side } of only)
    output.note(side === 'before' ? `  column ${name} goes` : `  column ${name} comes`)
  output.table(
    ['line', 'column', 'before', 'after'],
    rows.flatMap(({ line, before, after }) => {
      const [was, is] = [before.cells, after.cells]
      if (was === null || is === null)
        return [[String(line), '', was?.join(' | ') ?? before.why, is?.join(' | ') ?? after.why]]
      return columns.flatMap(({ name, in: side }, index) =>
        side !== 'both' || was[index] === is[index]
          ? []
          : [[String(line), name, was[index] ?? '', is[index] ?? '']],
      )
    }),
    [{ event: 'compared', ...compared }],
  )
  const all = changed + gone + come
  if (all > rows.length)
    output.note(`The first ${plural(rows.length, 'row')} of ${formatCount(all)} are shown.`)
}
