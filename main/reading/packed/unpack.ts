import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { formatBytes } from '../../../shared/domain/sizes.ts'
import { headOf } from '../../files/head.ts'
import { expectRoom } from '../../files/spool.ts'
import type { Arrived } from '../reader.ts'
import { isGzip, openGzip } from './gzip.ts'
import { type Packed, type Wanted, damaged, unreadable } from './packed.ts'
import { isZip, openZip } from './zip.ts'

const MiB = 1024 * 1024
/** Exports shrink to a tenth, rarely to a hundredth; what grows more, beyond `anyRatioBytes`, was made to fill disks. */
export const unpackLimits = { anyRatioBytes: 1024 * MiB, ratio: 200, bytes: 256 * 1024 * MiB }
/** What is left to everybody else on the disk, and how often it is looked. */
const reservedBytes = 256 * MiB
const lookEveryBytes = 64 * MiB
/** Enough to know every kind of packed file. */
const headBytes = 512

export interface UnpackInput {
  file: Arrived
  /** Is written over; on the disk when `unpack` returns. */
  target: string
  /** null: the first file of an archive that is called like data. */
  wanted: Wanted | null
  /** Bytes after which it may stop: who wants to see the beginning need not wait for the end. */
  enoughBytes: number
}

export interface Unpacked extends Pick<Packed, 'entry' | 'entries'> {
  /** `bytes` is an estimate where it stopped before the end. */
  file: Arrived
}

/**
 * Unpacks a gzip file, or one file of a zip archive; null: it is neither. The same input writes the same file. Throws
 * `source-binary` where it cannot be unpacked, `source-truncated` where it is damaged, `source-arriving` where its end is
 * needed and not there yet, `usage` where what is wanted is not in it, `disk-full`.
 */
export async function unpack(
  { file, target, wanted, enoughBytes }: UnpackInput,
  signal: AbortSignal,
  report: (takenBytes: number) => void,
  limits = unpackLimits,
): Promise<Unpacked | null> {
  const packed = await openPacked(file, wanted)
  if (packed === null) return null
  const { bytes: source, inflate, promised, entries } = packed
  const isWhole = file.size >= file.bytes
  let written = 0
  const taken = (): number => inflate?.bytesWritten ?? written
  let sum = 0
  let ended = false
  source.once('error', (error) => inflate?.destroy(error))
  const out = await open(target, 'w')
  try {
    if (promised !== null && enoughBytes > promised.bytes) await expectRoom(target, promised.bytes)
    for await (const chunk of inflate === null ? source : source.pipe(inflate)) {
      signal.throwIfAborted()
      if (!Buffer.isBuffer(chunk)) throw new TypeError('Bytes were expected')
      if (
        Math.floor(written / lookEveryBytes) < Math.floor((written + chunk.length) / lookEveryBytes)
      )
        await expectRoom(target, reservedBytes)
      await out.writeFile(chunk)
      written += chunk.length
      if (promised !== null) sum = crc32(chunk, sum)
      refuseIfTooMuch(written, taken(), limits)
      report(taken())
      if (written >= enoughBytes) break
    }
    ended = written < enoughBytes
    await out.sync()
  } catch (thrown) {
    signal.throwIfAborted()
    // Of what is still arriving the end is missing.
    if (isWhole || errorCode(thrown) !== 'Z_BUF_ERROR') throw inflateProblem(thrown)
  } finally {
    source.destroy()
    inflate?.destroy()
    packed.close()
    await out.close()
  }
  if (ended && promised !== null && (promised.bytes !== written || promised.crc32 !== sum))
    throw damaged('The archive is damaged: what comes out of it is not what went in.')
  refuseNested(await headOf(target, headBytes))
  const whole = ended && isWhole
  const estimate = promised?.bytes ?? Math.round((written / Math.max(1, taken())) * file.bytes)
  const bytes = whole ? written : Math.max(written + 1, estimate)
  return { file: { path: target, size: written, bytes }, entry: packed.entry, entries }
}

async function openPacked(file: Arrived, wanted: Wanted | null): Promise<Packed | null> {
  const head = await headOf(file.path, headBytes)
  if (isGzip(head)) return openGzip(file.path)
  if (!isZip(head) || isDocument(head)) return null
  if (file.size >= file.bytes) return await openZip(file.path, wanted)
  throw new Problem({
    code: 'source-arriving',
    what: 'The archive is not here as a whole yet, and the list of its files is its last part.',
    advice: 'Wait until all of it has arrived.',
  })
}

/** A workbook is an archive, too; its reader knows better what is wrong with it, and whether its end is needed. */
const isDocument = (head: Buffer): boolean =>
  /\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/|mimetypeapplication\//.test(
    head.toString('latin1'),
  )

function refuseIfTooMuch(written: number, taken: number, limits: typeof unpackLimits): void {
  const isBomb = written > limits.anyRatioBytes && written > limits.ratio * taken
  if (!isBomb && written <= limits.bytes) return
  throw unreadable(
    `Out of ${formatBytes(taken)} of the packed file came more than ${formatBytes(written)}, as from files that are made to fill disks.`,
    'If it is an honest export, unpack it and choose the file itself.',
  )
}

function refuseNested(head: Buffer): void {
  const isTar = head.toString('latin1', 257, 262) === 'ustar'
  if (!isGzip(head) && !isTar) return
  throw unreadable(
    'What is packed in the file is packed once more.',
    'Unpack it and choose the file that holds the table.',
  )
}

/** What zlib says, as a person reads it; anything else as it is. */
function inflateProblem(thrown: unknown): unknown {
  const code = errorCode(thrown)
  if (code === 'Z_BUF_ERROR') return damaged('The packed file ends in the middle.', thrown)
  if (!code.startsWith('Z_')) return thrown
  if (thrown instanceof Error && thrown.message === 'incorrect header check')
    return damaged(
      'Behind its end the packed file goes on with something that is not packed.',
      thrown,
    )
  return damaged('The packed file is damaged: what comes out of it is not what went in.', thrown)
}
