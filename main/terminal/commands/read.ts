import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { Problem } from '../../../shared/domain/problem.ts'
import { inWords, raggedWays } from '../../../shared/domain/files/reading.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import type { PlainCopy, PlainCopyInput } from '../../runs/ports/reading.ts'
import { exitCodeFor } from '../exitCodes.ts'
import type { Output } from '../output.ts'
import { type DialectOptions, chosenWays, dialectGrammar } from '../reading.ts'

type PlainReading = (input: PlainCopyInput, signal: AbortSignal) => Promise<PlainCopy>

interface ReadOptions extends DialectOptions {
  outDir: string
}

/** Exit codes end at 125 where shells begin to use them. */
const mostFailed = 100

/** Needs no home: it keeps nothing, and may run beside a Pallet that is open. */
export function addRead(
  pallet: Command,
  read: PlainReading,
  open: () => { output: Output; signal: AbortSignal },
): void {
  dialectGrammar(pallet.command('read'), raggedWays)
    .description('write exports as plain CSV (UTF-8, comma), and send nothing')
    .argument('<file...>', 'files of any dialect')
    .requiredOption('--out-dir <dir>', 'where FILE, FILE.json and, if any, FILE.held.ndjson go')
    .addHelpText(
      'after',
      `\nThe exit code is the number of files that could not be read (${mostFailed} for more); FILE.json says why.`,
    )
    .action(async (files: string[], options: ReadOptions) => {
      const { output, signal } = open()
      try {
        process.exitCode = await readAll(read, output, files, options, signal)
      } catch (error) {
        const problem = Problem.from(error)
        output.problem(problem)
        process.exitCode = exitCodeFor(problem)
      }
    })
}

async function readAll(
  read: PlainReading,
  output: Output,
  files: readonly string[],
  options: ReadOptions,
  signal: AbortSignal,
): Promise<number> {
  const { outDir, onRagged, entry = null, fileTable: table } = options
  const folder = resolve(outDir)
  const { ragged: _ragged, ...choices } = chosenWays(options)
  refuseSameNames(files, folder)
  await mkdir(folder, { recursive: true })
  let failed = 0
  for (const file of files) {
    const outFile = join(folder, basename(file))
    const heldFile = `${outFile}.held.ndjson`
    try {
      const found = await read(
        { path: resolve(file), entry, table, choices, outFile, heldFile, ragged: onRagged },
        signal,
      )
      const { reading, doubts, records, held } = found
      await tell(outFile, { file, ...found })
      const rows = `${plural(records - held, 'row')}${held > 0 ? `, ${formatCount(held)} held back` : ''}`
      output.text(`${file}: ${rows}; ${inWords(reading)}`, { event: 'read', file, ...found })
      for (const doubt of doubts) output.note(`${file}: ${doubt}`)
    } catch (error) {
      signal.throwIfAborted()
      const { data } = Problem.from(error)
      const { code } = data
      if (!aboutTheFile.has(code)) throw error
      failed += 1
      await tell(outFile, { file, problem: data })
      output.problem(new Problem({ ...data, what: `${file}: ${data.what}` }))
    }
  }
  return Math.min(failed, mostFailed)
}

/** Another file may still be read. */
const aboutTheFile = new Set<string>([
  'source-empty',
  'source-binary',
  'source-too-wide',
  'source-truncated',
  'source-missing',
  'source-folder',
  'source-unreadable',
  'dialect-unclear',
])

function refuseSameNames(files: readonly string[], folder: string): void {
  const seen = new Set<string>()
  for (const file of files) {
    const name = basename(file)
    const isOwnOutput = join(folder, name) === resolve(file)
    if (!seen.has(name) && !isOwnOutput) seen.add(name)
    else
      throw new Problem({
        code: 'usage',
        what: isOwnOutput
          ? `${name} lies in the folder that is written to.`
          : `Two of the files are called ${name}.`,
        did: 'Nothing was written.',
        advice: 'Choose another folder with --out-dir.',
      })
  }
}

const tell = (outFile: string, facts: object): Promise<void> =>
  writeFile(`${outFile}.json`, `${JSON.stringify(facts, null, 2)}\n`)
