import type { Command } from 'commander'
import { inWords, rivalOf } from '../../../shared/domain/files/reading.ts'
import { formatShare, plural } from '../../../shared/domain/sizes.ts'
import { wholeNumber } from '../grammar.ts'
import type { Output } from '../output.ts'
import { type DialectOptions, chosenReading, dialectGrammar, openLocation } from '../reading.ts'
import type { CommandCore, InSession } from '../session.ts'

interface PreviewOptions extends DialectOptions {
  rows: number
}

export function addPreview(pallet: Command, inSession: InSession): void {
  dialectGrammar(pallet.command('preview'))
    .description('the first rows of an export, as they would be read')
    .argument('<file>', 'a file, an https address, or - for standard input')
    .option('--rows <n>', 'how many', wholeNumber(1, 1000), 20)
    .action((file: string, options: PreviewOptions) =>
      inSession(({ core, output, signal }) => previewCommand(core, output, file, options, signal)),
    )
}

async function previewCommand(
  core: CommandCore,
  output: Output,
  location: string,
  options: PreviewOptions,
  signal: AbortSignal,
): Promise<void> {
  const { source } = await openLocation(core, location, 'standard input', signal)
  const chosen = (await chosenReading(core, source, options, null, signal)) ?? undefined
  const preview = await core.sources.preview(
    { source, rows: options.rows, reading: chosen },
    signal,
  )
  const { reading, doubts, encoding, weighed = [] } = preview.detected
  const next = rivalOf(weighed)
  output.note(
    `${preview.name}: ${inWords(reading)}, about ${plural(Math.round(preview.estimatedRecords), 'row')}`,
  )
  if (encoding !== undefined && encoding.confidence !== 'certain')
    output.note(`The encoding is ${encoding.confidence}: ${encoding.evidence}`)
  if (next !== null)
    output.note(
      `It could be read too as ${inWords(next.reading)}: ${plural(next.columns, 'column')} in ${formatShare(next.share)} of the rows.`,
    )
  for (const { of, choices, taken } of preview.parts)
    for (const [index, { name }] of choices.entries())
      output.note(`${index === taken ? '→' : ' '} ${of} ${index + 1}: ${name}`)
  const ofColumns = preview.columnDoubts.map(({ sentence }) => sentence)
  for (const doubt of [...doubts, ...ofColumns]) output.note(`Please look: ${doubt}`)
  for (const broken of preview.broken)
    output.note(`Line ${broken.line} would be held back: ${broken.reason}`)
  output.table(
    ['line', ...preview.columns.map((column) => `${column.name}\n${column.type}`)],
    preview.rows.map((row) => [String(row.line), ...row.cells.map((cell) => cell.slice(0, 60))]),
    [{ event: 'preview', ...preview }],
  )
}
