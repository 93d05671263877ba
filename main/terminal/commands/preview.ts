import { resolve } from 'node:path'
import type { Command } from 'commander'
import { inWords } from '../../../shared/domain/reading.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import type { Core } from '../../runs/core.ts'
import { wholeNumber } from '../grammar.ts'
import type { Output } from '../output.ts'
import type { InSession } from '../session.ts'

export function addPreview(pallet: Command, inSession: InSession): void {
  pallet
    .command('preview')
    .description('the first rows of an export, as they would be read')
    .argument('<file>')
    .option('--rows <n>', 'how many', wholeNumber(1, 1000), 20)
    .action((file: string, options: { rows: number }) =>
      inSession(({ core, output, signal }) =>
        previewCommand(core, output, file, options.rows, signal),
      ),
    )
}

async function previewCommand(
  core: Core,
  output: Output,
  location: string,
  rows: number,
  signal: AbortSignal,
): Promise<void> {
  const isUrl = /^https?:\/\//i.test(location)
  const opened = await core.sources.open(isUrl ? location : resolve(location))
  const preview = await core.sources.preview({ source: opened.source, rows }, signal)
  const { reading, doubts } = preview.detected
  output.note(
    `${preview.name}: ${inWords(reading)}, about ${formatCount(Math.round(preview.estimatedRecords))} rows`,
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
