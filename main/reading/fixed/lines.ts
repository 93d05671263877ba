/** The lines of a text, a chunk at a time, each with its place in the source. */
import { open } from 'node:fs/promises'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import { singleByteMap, undefinedByte } from '../delimited/encoding.ts'
import { InputWindow, maxChunkBytes, maxRawBytes, windowBytesFor } from '../delimited/window.ts'
import type { Arrived } from '../reader.ts'

export interface SourceLine {
  /** From 1. */
  number: number
  /** The beginning of it where it is `tooLong`. */
  text: string
  /** In bytes of the source, its line end not included. */
  offset: number
  length: number
  /** Whether all of its bytes are text in this encoding. */
  isText: boolean
  tooLong: boolean
}

export interface LineWalk {
  /** True: no more lines are wanted. */
  line(line: SourceLine): boolean
  /** Between chunks, with the bytes that are done. */
  pause(position: number): Promise<void>
}

/** True when the file was read to its end. A line that has not arrived whole is left out. Bytes of memory: those of a few chunks. */
export async function walkLines(
  { path, size, bytes }: Arrived,
  { encoding, loneCr }: { encoding: Dialect['encoding']; loneCr: boolean },
  walk: LineWalk,
): Promise<boolean> {
  const window = new InputWindow(encoding, loneCr, Buffer.allocUnsafe(windowBytesFor(size)))
  const isSingleByte = singleByteMap(encoding)
  let number = 1
  /** Where a line that is too long began; its end is looked for. */
  let passing = false
  const take = (): boolean => {
    while (window.start < window.end) {
      const { start } = window
      const found = window.lineEndFrom(start, window.end)
      const isCut = found < 0 && !window.final
      if (isCut && !passing && window.end - start <= maxRawBytes) return false
      const end = found < 0 ? window.end : found
      const line = {
        number,
        text: window.rawText(end),
        offset: window.position,
        length: window.sourceBytes(end),
        isText: window.isText(end) && isDefined(isSingleByte, window.bytes, start, end),
        tooLong: end - start > maxRawBytes,
      }
      const isRest = passing
      passing = isCut
      window.advance(end + (isCut ? 0 : window.terminatorAt(end)) - start)
      if (!isCut) number += 1
      if (!isRest && walk.line(line)) return true
    }
    return false
  }
  const file = await open(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(Math.min(maxChunkBytes, size))
    for (let read = 0; read < size;) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, size - read), read)
      if (bytesRead === 0) break
      read += bytesRead
      window.push(chunk.subarray(0, bytesRead))
      if (!window.open()) continue
      if (take()) return false
      await walk.pause(window.position)
    }
    if (size < bytes) return false
    window.finish()
    window.open()
    if (take()) return false
    await walk.pause(window.position)
    return true
  } finally {
    await file.close()
  }
}

function isDefined(map: Uint16Array | null, bytes: Buffer, from: number, to: number): boolean {
  if (map === null) return true
  for (let at = from; at < to; at += 1) if (map[bytes[at] ?? 0] === undefinedByte) return false
  return true
}
