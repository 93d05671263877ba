/**
 * Where the held-back rows of a run stand in their files, and what is wrong with each: a page of many is read without the
 * others. An entry, big-endian: record (6 bytes), offset (6), bytes (4), flags (1), how many groups (2), their numbers (4 each).
 */
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { groupOf } from '../../shared/domain/fixing/fixing.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { HeldRow } from '../../shared/domain/files/quarantine.ts'
import type { HeldEntry, HeldIndex } from '../runs/ports/reading.ts'
import { type PlacedRow, isCut, parseHeldRow, placedRows } from './heldFiles.ts'

const headBytes = 19
/** Bytes of entries that are gathered before they are written, or read at once. */
const pieceBytes = 256 * 1024
/** Bytes of rows fetched at once where they stand close together. */
const windowBytes = 256 * 1024
const cutFlag = 0x80

/** What is known besides the entries; written last, so that there is no part of an index. */
const Facts = z.object({
  /** Of each file when it was indexed: an index of other files is none. */
  stamps: z.array(z.string()),
  groups: z.array(z.string()),
})

const building = new Map<string, Promise<z.infer<typeof Facts>>>()

/** Opens the index of these files, and writes it first where it is missing or they are others by now. Throws `disk-full` or `home-unusable`. */
export async function heldIndex(files: readonly string[], indexFile: string): Promise<HeldIndex> {
  const stamps = await Promise.all(files.map(stampOf))
  const { groups } =
    (await factsOf(indexFile, stamps)) ?? (await buildOnce(files, stamps, indexFile))
  return {
    groups,
    entries: () => entriesOf(indexFile),
    read: (entries) => readRows(files, entries),
  }
}

async function stampOf(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file)
  return `${size} ${mtimeMs}`
}

async function factsOf(
  indexFile: string,
  stamps: readonly string[],
): Promise<z.infer<typeof Facts> | null> {
  try {
    const facts = Facts.parse(JSON.parse(await readFile(factsFile(indexFile), 'utf8')))
    return facts.stamps.join('|') === stamps.join('|') ? facts : null
  } catch {
    return null
  }
}

const factsFile = (indexFile: string): string => `${indexFile}.json`

async function buildOnce(
  files: readonly string[],
  stamps: string[],
  indexFile: string,
): Promise<z.infer<typeof Facts>> {
  const built =
    building.get(indexFile) ??
    build(files, stamps, indexFile).finally(() => building.delete(indexFile))
  building.set(indexFile, built)
  return await built
}

async function build(
  files: readonly string[],
  stamps: string[],
  indexFile: string,
): Promise<z.infer<typeof Facts>> {
  const numbers = new Map<string, number>()
  const numberOf = (group: string): number => {
    const known = numbers.get(group) ?? numbers.size
    numbers.set(group, known)
    return known
  }
  try {
    await rm(factsFile(indexFile), { force: true })
    const target = await open(indexFile, 'w', 0o600)
    try {
      let piece: Buffer[] = []
      let gathered = 0
      const write = async (): Promise<void> => {
        await target.writeFile(Buffer.concat(piece))
        piece = []
        gathered = 0
      }
      for await (const placed of placedRows(files)) {
        const groups = [...new Set(placed.row.reasons.map(groupOf))].map(numberOf)
        const entry = encoded(placed, groups)
        piece.push(entry)
        gathered += entry.length
        if (gathered >= pieceBytes) await write()
      }
      await write()
    } finally {
      await target.close()
    }
    const facts = { stamps, groups: [...numbers.keys()] }
    await writeFile(`${factsFile(indexFile)}.part`, JSON.stringify(facts), { mode: 0o600 })
    await rename(`${factsFile(indexFile)}.part`, factsFile(indexFile))
    return facts
  } catch (error) {
    const code = errorCode(error)
    throw new Problem(
      {
        code: fileTrouble(code) === 'full' ? 'disk-full' : 'home-unusable',
        what: 'Pallet cannot write down where the held-back rows of this run stand.',
        did: 'They are kept with the run.',
        advice: 'Free some space on the disk with its data, and look again.',
        detail: code,
      },
      { cause: error },
    )
  }
}

function encoded({ row, file, offset, bytes }: PlacedRow, groups: readonly number[]): Buffer {
  const entry = Buffer.alloc(headBytes + 4 * groups.length)
  entry.writeUIntBE(row.record, 0, 6)
  entry.writeUIntBE(offset, 6, 6)
  entry.writeUInt32BE(bytes, 12)
  entry.writeUInt8(file | (isCut(row) ? cutFlag : 0), 16)
  entry.writeUInt16BE(groups.length, 17)
  for (const [nth, group] of groups.entries()) entry.writeUInt32BE(group, headBytes + 4 * nth)
  return entry
}

async function* entriesOf(indexFile: string): AsyncGenerator<HeldEntry[]> {
  const file = await open(indexFile, 'r')
  try {
    let left: Buffer = Buffer.alloc(0)
    for (let position = 0; ;) {
      const piece = Buffer.alloc(pieceBytes)
      const { bytesRead } = await file.read(piece, 0, pieceBytes, position)
      if (bytesRead === 0) return
      position += bytesRead
      const bytes = Buffer.concat([left, piece.subarray(0, bytesRead)])
      const entries: HeldEntry[] = []
      let at = 0
      while (bytes.length - at >= headBytes) {
        const groups = bytes.readUInt16BE(at + 17)
        const end = at + headBytes + 4 * groups
        if (end > bytes.length) break
        const flags = bytes.readUInt8(at + 16)
        const own: number[] = []
        for (let from = at + headBytes; from < end; from += 4) own.push(bytes.readUInt32BE(from))
        entries.push({
          record: bytes.readUIntBE(at, 6),
          offset: bytes.readUIntBE(at + 6, 6),
          bytes: bytes.readUInt32BE(at + 12),
          file: flags & ~cutFlag,
          isCut: (flags & cutFlag) !== 0,
          groups: own,
        })
        at = end
      }
      left = bytes.subarray(at)
      yield entries
    }
  } finally {
    await file.close()
  }
}

/** In the order of the entries. */
async function readRows(
  files: readonly string[],
  entries: readonly HeldEntry[],
): Promise<HeldRow[]> {
  const windows: (RowWindow | undefined)[] = []
  try {
    const rows: HeldRow[] = []
    for (const entry of entries) {
      const window = (windows[entry.file] ??= new RowWindow(
        await open(files[entry.file] ?? '', 'r'),
      ))
      const row = parseHeldRow(await window.text(entry))
      if (row === null)
        throw new Problem({
          code: 'home-unusable',
          what: 'The held-back rows of this run have changed on the disk while they were read.',
          did: 'Nothing was changed.',
          advice: 'Look at them again.',
        })
      rows.push(row)
    }
    return rows
  } finally {
    for (const window of windows) await window?.close()
  }
}

/** Rows that follow one another are fetched together. */
class RowWindow {
  readonly #file: FileHandle
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0
  #lastEnd = -1

  constructor(file: FileHandle) {
    this.#file = file
  }

  async text({ offset, bytes }: HeldEntry): Promise<string> {
    const end = offset + bytes
    if (offset < this.#start || end > this.#start + this.#bytes.length) {
      const isNear = this.#lastEnd >= 0 && offset - this.#lastEnd < windowBytes
      const wanted = Buffer.alloc(isNear ? Math.max(bytes, windowBytes) : bytes)
      const { bytesRead } = await this.#file.read(wanted, 0, wanted.length, offset)
      this.#bytes = wanted.subarray(0, bytesRead)
      this.#start = offset
    }
    this.#lastEnd = end
    return this.#bytes.toString('utf8', offset - this.#start, end - this.#start)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
