import type { Command } from 'commander'
import { sentenceOf, tableOf, totalsOf } from '../blocks.ts'
import { type BlocksOptions, fileToBlob, fileToBlobGrammar } from '../grammar.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'

export function addBlocks(pallet: Command, inSession: InSession): void {
  fileToBlobGrammar(pallet.command('blocks'))
    .description('what “upload” would send of a file, block by block, and why; sends nothing')
    .action((file: string, options: BlocksOptions) =>
      inSession(({ core, output, signal }) => blocksCommand(core, output, file, options, signal)),
    )
}

/** What `upload` would send, block by block, and why. */
async function blocksCommand(
  core: CommandCore,
  output: Output,
  file: string,
  options: BlocksOptions,
  signal: AbortSignal,
): Promise<void> {
  const planned = await core.uploads.plan(fileToBlob(file, options), {
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
