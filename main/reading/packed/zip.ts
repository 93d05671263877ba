import { basename, extname } from 'node:path/posix'
import { createInflateRaw } from 'node:zlib'
import { type Entry, type ZipFile, openPromise } from 'yauzl'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { extensions } from '../../../shared/domain/files/reading.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { type Packed, type Wanted, damaged, inflating, unreadable } from './packed.ts'

export const isZip = (head: Buffer): boolean =>
  ['PK\x03\x04', 'PK\x05\x06'].includes(head.toString('latin1', 0, 4))

/** Nobody packs more files than this to send a table. */
const maxEntries = 10_000

/**
 * One file of an archive: `wanted`, or the first that is called like data. null: the archive is a document of a program, like
 * a workbook. Throws `source-binary`, `source-truncated`, and `usage` where `wanted` is not in it.
 */
export async function openZip(path: string, wanted: Wanted | null): Promise<Packed | null> {
  let archive: ZipFile | null = null
  try {
    archive = await openPromise(path, { autoClose: false })
    const files = await filesIn(archive)
    if (files === null) return null
    const entry = wanted === null ? firstOf(files) : named(files, wanted)
    refuseUnlessPlain(entry)
    const bytes = await archive.openReadStreamPromise(entry, { decodeFileData: false })
    const opened = archive
    const packed: Packed = {
      bytes,
      inflate: entry.compressionMethod === methods.deflate ? createInflateRaw(inflating) : null,
      promised: { bytes: entry.uncompressedSize, crc32: entry.crc32 },
      entry: files.length > 1 ? entry.fileName : null,
      entries: files.length > 1 ? files.map(({ fileName }) => fileName) : [],
      close: () => opened.close(),
    }
    archive = null
    return packed
  } catch (thrown) {
    throw zipProblem(thrown)
  } finally {
    archive?.close()
  }
}

/** What a person may mean by the files of an archive, without what systems put beside them; null: it is a document. */
async function filesIn(archive: ZipFile): Promise<Entry[] | null> {
  if (archive.entryCount > maxEntries)
    throw unreadable(
      `The archive holds ${formatCount(archive.entryCount)} files.`,
      'Unpack it and choose the file that holds the table.',
    )
  const files: Entry[] = []
  for await (const entry of archive.eachEntry()) {
    const { fileName } = entry
    if (fileName === '[Content_Types].xml' || fileName === 'mimetype') return null
    const isBeside = fileName.startsWith('__MACOSX/') || basename(fileName).startsWith('.')
    if (!fileName.endsWith('/') && !isBeside) files.push(entry)
  }
  if (files.length > 0) return files
  throw unreadable('The archive is empty.', 'Pack it again with the file in it.')
}

const dataNames = new Set<string>(Object.values(extensions).flat())

/** The first that is called like data; notes are called `.txt`, too. */
function firstOf(files: readonly Entry[]): Entry {
  const rank = ({ fileName }: Entry): number => {
    const extension = extname(fileName).slice(1).toLowerCase()
    return extension === 'txt' ? 1 : dataNames.has(extension) ? 0 : 2
  }
  const [first] = files.toSorted((one, other) => rank(one) - rank(other))
  if (first === undefined) throw new Error('An archive without files is refused before.')
  return first
}

/** What a dataset remembers may carry a day or a number: `stock-0301.csv` is today's `stock-0302.csv`, and one file alone is it. */
function named(files: readonly Entry[], { name, isExact }: Wanted): Entry {
  const undated = (text: string): string => text.replace(/\d+/g, '0')
  const exact = files.find(({ fileName }) => fileName === name)
  const alike = files.filter(({ fileName }) => undated(fileName) === undated(name))
  const [only, ...more] = isExact ? [] : alike.length > 0 ? alike : files
  const found = exact ?? (more.length === 0 ? only : undefined)
  if (found !== undefined) return found
  throw new Problem({
    code: 'usage',
    what: `The archive has no file “${name}”.`,
    did: 'Nothing was unpacked.',
    advice: `Choose one of those that it has: ${inQuotes(files.map(({ fileName }) => fileName))}.`,
  })
}

/** The first names of several: “a.csv”, “b.csv” and 3 more. */
export function inQuotes(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `“${name}”`)
  const rest = names.length - shown.length
  return shown.join(', ') + (rest > 0 ? ` and ${formatCount(rest)} more` : '')
}

const methods = { stored: 0, deflate: 8 }
const otherMethods: Partial<Record<number, string>> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
  98: 'PPMd',
}
const encrypted = 99

function refuseUnlessPlain(entry: Entry): void {
  const { fileName, compressionMethod: method } = entry
  if (entry.isEncrypted() || method === encrypted) throw withPassword()
  if (method !== methods.stored && method !== methods.deflate)
    throw unreadable(
      `“${fileName}” is packed in a way that Pallet does not unpack (${otherMethods[method] ?? `method ${method}`}).`,
      'Unpack it and choose the file itself, or pack it again as an ordinary zip file.',
    )
}

function withPassword(): Problem {
  return unreadable(
    'The archive is locked with a password.',
    'Unpack it with its password and choose the file itself.',
  )
}

/** What yauzl says, as a person reads it; what is none of its sentences stays. */
function zipProblem(thrown: unknown): unknown {
  if (thrown instanceof Problem || errorCode(thrown) !== '' || !(thrown instanceof Error))
    return thrown
  const { message } = thrown
  if (/^(absolute path|invalid relative path|invalid characters)/.test(message))
    return unreadable(
      'The archive names a file outside of itself, as archives do that are meant to overwrite what is there.',
      'Ask who made it; unpack it only if you know why it is so.',
      message,
    )
  if (message.startsWith('strong encryption')) return withPassword()
  if (message.startsWith('multi-disk'))
    return unreadable(
      'The archive is one of several parts.',
      'Unpack all of its parts together and choose the file itself.',
    )
  if (message.startsWith('End of central directory'))
    return damaged(
      'The archive ends in the middle: the list of its files, which is its last part, is missing.',
      thrown,
    )
  return damaged('The archive is damaged.', thrown)
}
