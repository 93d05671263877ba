import { type Command, InvalidArgumentError } from 'commander'
import { type UploadLimit, parseLimit } from '../../../shared/domain/limit.ts'
import { Problem, remedyOf } from '../../../shared/domain/problem.ts'
import { formatBytes, formatCount, plural } from '../../../shared/domain/sizes.ts'
import { type ExitCode, exitCodeFor, exitCodes } from '../exitCodes.ts'
import { type BlocksOptions, fileToBlob, fileToBlobGrammar } from '../grammar.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'
import { limitForms } from './limit.ts'

export function addUpload(pallet: Command, inSession: InSession): void {
  fileToBlobGrammar(pallet.command('upload'))
    .description('one file to the storage, byte for byte; only what is not there yet is sent')
    .option('--md5', 'store the MD5 of the whole file with the blob (reads the file a second time)')
    .option(
      '--limit <limit>',
      'at most so many bytes a second: 2m, or “08:00,500k 20:00,off” (default: pallet limit)',
      uploadLimit,
    )
    .action((file: string, options: UploadOptions) =>
      inSession(({ core, output, signal }) => uploadCommand(core, output, file, options, signal)),
    )
}

export interface UploadOptions extends BlocksOptions {
  md5?: boolean
  limit?: UploadLimit
}

function uploadLimit(text: string): UploadLimit {
  const limit = parseLimit(text)
  if (limit !== null) return limit
  throw new InvalidArgumentError(limitForms)
}

/** The upload engine alone: one file, byte for byte. */
async function uploadCommand(
  core: CommandCore,
  output: Output,
  file: string,
  options: UploadOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  try {
    const uploaded = await core.uploads.send(
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
    return signal.aborted || remedyOf(problem.code) !== 'end'
      ? exitCodes.waiting
      : exitCodeFor(problem)
  }
}
