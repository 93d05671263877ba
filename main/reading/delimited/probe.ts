/** What detection looks at: the beginning and the end of a file, and whether its bytes are UTF-8 all through. */
import { isAscii, isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { PairTally } from './guessPairs.ts'
import { StrayBytes } from './singleByte.ts'

export const headBytes = 256 * 1024
export const tailBytes = 64 * 1024
/** Files up to this size are checked whole for UTF-8, larger ones at evenly spread spots. */
const wholeCheckBytes = 64 * 1024 * 1024
const spotBytes = 64 * 1024
const spots = 64

export interface Probe {
  head: Buffer
  tail: Buffer
  /** Whether the head is the whole file. */
  whole: boolean
  ascii: boolean
  /** Whether all of the file was looked at. */
  everywhere: boolean
  /** Characters of more than one byte that are valid UTF-8, and bytes that are not, where it was looked. */
  multibyte: number
  invalid: number
  /** The bytes that are not UTF-8, where it was looked. */
  stray: StrayBytes
  /** The same, as pairs. */
  pairs: PairTally
}

export async function probeFile(path: string, bytes: number, signal: AbortSignal): Promise<Probe> {
  const file = await open(path, 'r')
  try {
    const head = await readAt(file, 0, Math.min(headBytes, bytes))
    const tail = await readAt(file, Math.max(0, bytes - tailBytes), Math.min(tailBytes, bytes))
    const probe: Probe = {
      head,
      tail,
      whole: head.length >= bytes,
      ascii: true,
      everywhere: bytes <= wholeCheckBytes,
      multibyte: 0,
      invalid: 0,
      stray: new StrayBytes(),
      pairs: new PairTally(),
    }
    weigh(head, probe)
    if (probe.whole) return probe
    weigh(tail, probe)
    const checked = bytes - tailBytes
    const [step, length] =
      bytes <= wholeCheckBytes
        ? [1024 * 1024, 1024 * 1024]
        : [Math.ceil(checked / spots), spotBytes]
    for (let at = headBytes; at < checked; at += step) {
      signal.throwIfAborted()
      weigh(await readAt(file, at, length), probe)
    }
    return probe
  } finally {
    await file.close()
  }
}

export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** Adds what a piece of the file says. Characters cut at its borders say nothing. */
export function weigh(piece: Buffer, probe: Probe): void {
  let from = 0
  while (from < 3 && from < piece.length && ((piece[from] ?? 0) & 0xc0) === 0x80) from += 1
  let to = piece.length
  for (let back = 1; back <= 3 && back <= piece.length; back += 1) {
    const byte = piece[piece.length - back] ?? 0
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    if (length > back) to = piece.length - back
    break
  }
  // A file that is cut nowhere has no borders.
  const text = probe.whole ? piece : piece.subarray(from, Math.max(from, to))
  if (isAscii(text)) return
  probe.ascii = false
  if (isUtf8(text)) {
    probe.multibyte += 1
    return
  }
  probe.pairs.add(text, probe.whole)
  for (let at = 0; at < text.length;) {
    const byte = text[at] ?? 0
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    // Asked of few bytes of other encodings: mostly ASCII comes after them.
    const mayFollow = ((text[at + 1] ?? 0) & 0xc0) === 0x80
    if (mayFollow && length > 1 && isUtf8(text.subarray(at, at + length))) probe.multibyte += 1
    else if (length > 1) {
      probe.invalid += 1
      probe.stray.add(text, at)
      at += 1
      continue
    }
    at += length
  }
}
