import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { errorCode, fileTrouble } from '../../../shared/domain/errorCode.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import {
  type HeldFormat,
  groupSentence,
  harmlessWords,
  ownColumns,
} from '../../../shared/domain/fixing/fixing.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { findRun } from '../findRun.ts'
import { type Output, isBrokenPipe } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'
import { visibleLines } from '../visible.ts'

export function addRejects(pallet: Command, inSession: InSession): void {
  pallet
    .command('rejects')
    .description(
      'the rows of a run that are held back, as CSV or for Excel; “pallet fix” takes them back',
    )
    .argument('<run>')
    .option('--out <file>', 'write them to a file; one that ends in .xlsx is a workbook')
    .option('--groups', 'only say what is wrong, and in how many rows')
    .action((run: string, { out, groups }: { out?: string; groups?: boolean }) =>
      inSession(({ core, output, json }) =>
        groups === true
          ? groupsCommand(core, output, run)
          : rejectsCommand(core, output, run, out, json),
      ),
    )
}

/** What is wrong, the most frequent first. */
async function groupsCommand(core: CommandCore, output: Output, name: string): Promise<void> {
  const { id } = await findRun(core, name)
  const { groups, open, ready } = await core.runs.rejects(id, 0, 1)
  for (const [index, group] of groups.entries())
    output.text(`${index + 1}. ${groupSentence(group)}`, { event: 'group', ...group })
  output.note(`${plural(open, 'row')} held back; ${formatCount(ready)} ready to be sent.`)
}

/** Held-back rows to a file, or as CSV to stdout. */
async function rejectsCommand(
  core: CommandCore,
  output: Output,
  name: string,
  out: string | undefined,
  json: boolean,
): Promise<void> {
  const format = formatOf(out ?? '')
  const { id } = await findRun(core, name)
  if (out !== undefined) {
    const file = resolve(out)
    await pipeline(
      Readable.fromWeb(await core.runs.rejectsFile(id, format)),
      createWriteStream(file),
    ).catch((error: unknown) => {
      throw notWritten(file, error)
    })
    const { open } = await core.runs.rejects(id, 0, 1)
    const harmless = await core.runs.harmless(id)
    output.text(
      `${plural(open, 'held-back row')} written to ${resolve(out)}. Edit them there, or say in ${ownColumns.drop} why one is left out; then “pallet fix ${id} --from ${out}”. ${harmlessWords(harmless)}`.trimEnd(),
      { event: 'rejects', runId: id, rows: open, file: resolve(out), harmless },
    )
    return
  }
  if (!json) {
    const csv = Readable.fromWeb(await core.runs.rejectsFile(id, format))
    // Byte for byte into a file or a pipe; on a terminal without what would steer it.
    await pipeline(process.stdout.isTTY ? shown(csv) : csv, process.stdout, { end: false }).catch(
      (error: unknown) => {
        if (!isBrokenPipe(error)) throw error
      },
    )
    return
  }
  for (let offset = 0; ; offset += 500) {
    const { rows } = await core.runs.rejects(id, offset, 500)
    for (const row of rows) output.text('', row)
    if (rows.length < 500 || !process.stdout.writable) return
  }
}

async function* shown(csv: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of csv) yield visibleLines(decoder.decode(chunk, { stream: true }))
}

function notWritten(file: string, cause: unknown): Problem {
  if (cause instanceof Problem) return cause
  const code = errorCode(cause)
  return new Problem(
    {
      code: fileTrouble(code) === 'full' ? 'disk-full' : 'usage',
      what: `The held-back rows cannot be written to ${file}.`,
      did: 'They are kept with the run.',
      advice: 'Choose another place with --out.',
      detail: code,
    },
    { cause },
  )
}

/** Of workbooks only `.xlsx` is written; CSV under the name of another one would be damage to whoever opens it. */
function formatOf(out: string): HeldFormat {
  const other = /\.(xls|xlsm|xlsb|ods|numbers)$/i.exec(out)
  if (other !== null)
    throw new Problem({
      code: 'usage',
      what: `Held-back rows cannot be written as ${other[0].toLowerCase()}.`,
      did: 'Nothing was written.',
      advice: 'Let the name end in .xlsx for a workbook, or in .csv.',
    })
  return out.toLowerCase().endsWith('.xlsx') ? 'xlsx' : 'csv'
}
