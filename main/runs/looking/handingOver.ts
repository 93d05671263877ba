/** A file read for an engine that cleans it elsewhere: the records, and the statements that clean them there as they would be cleaned here. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Elsewhere } from '../../../shared/domain/recipe/cleanOn.ts'
import type { Contract } from '../../../shared/domain/datasets/dataset.ts'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import {
  type CleaningFile,
  type CleaningRooms,
  readInto,
  readingOf,
  unpackedIn,
  writeRejects,
} from './cleaningFile.ts'
import type { Rooms } from '../ports/rooms.ts'
import { quiet } from '../quiet.ts'

export type HandingRooms = Pick<CleaningRooms, 'preview' | 'read' | 'heldRowsCsv'> &
  Pick<Rooms, 'handOver'>

export interface FileElsewhere extends Pick<
  CleaningFile,
  'path' | 'reading' | 'choices' | 'entry' | 'recipe' | 'rejects'
> {
  contract: Contract
  engine: Elsewhere
  /** Gets `records.parquet` and `clean.sql`. */
  folder: string
  /** Where the engine finds the records; null: in the folder. */
  recordsAt: string | null
}

export interface HandedOver {
  records: number
  /** Of these, held back when the file was read. */
  quarantined: number
  bytes: number
  recordsFile: string
  scriptFile: string
  /** What tables and views begin with there. */
  name: string
  doubts: string[]
}

/** Reads a file for an engine that cleans it elsewhere. Throws as reading does, and `usage` for what is done differently there. */
export async function handOverFile(
  rooms: HandingRooms,
  { path, recipe, contract, engine, folder: target, recordsAt, rejects, ...chosen }: FileElsewhere,
  signal: AbortSignal,
): Promise<HandedOver> {
  await folderAt(target)
  const folder = await mkdtemp(join(target, '.pallet-clean-'))
  try {
    const heldRead = join(folder, 'rejects-read.ndjson')
    const reading = await readingOf(rooms, path, chosen, unpackedIn(folder), signal)
    const { read, records } = await readInto(rooms, folder, { path, reading, heldRead }, signal)
    const files = {
      rowsFile: join(target, 'records.parquet'),
      scriptFile: join(target, 'clean.sql'),
    }
    const name = tableNameOf(basename(path))
    const counted = { records: read.records, heldByReading: read.quarantined }
    const bytes = await rooms.handOver(
      { ...records, ...counted, ...files, recipe, contract, engine, name, recordsAt },
      quiet(signal),
    )
    if (rejects !== null) await writeRejects(rooms, [heldRead], folder, rejects, signal)
    return {
      records: read.records,
      quarantined: read.quarantined,
      bytes,
      recordsFile: files.rowsFile,
      scriptFile: files.scriptFile,
      name,
      doubts: reading === null ? read.detected.doubts : [],
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function folderAt(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    if (!['EEXIST', 'ENOTDIR'].includes(errorCode(error))) throw error
    throw new Problem(
      {
        code: 'usage',
        what: `${path} is a file, and what is cleaned elsewhere is written to a folder.`,
        did: 'Nothing was written.',
        advice: 'Name a folder with --out; it is made where there is none.',
      },
      { cause: error },
    )
  }
}

/** A name of tables that no engine has to quote. */
function tableNameOf(file: string): string {
  const plain = file.replace(/\..*$/, '').toLowerCase()
  const letters = plain
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '_')
  return `pallet_${letters.replaceAll(/^_+|_+$/g, '').slice(0, 40) || 'file'}`
}
