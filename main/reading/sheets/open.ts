/** A workbook by what it is, whatever it is called; and in sentences what looks like one and is none. */
import { type FileHandle, open } from 'node:fs/promises'
import type { Arrived } from '../reader.ts'
import { Container, damaged } from './container.ts'
import { openOds } from './ods.ts'
import { locked, notHereYet, refused } from './refused.ts'
import type { Workbook } from './workbook.ts'
import { type Bytes, Compound, isCompound } from './xls/compound.ts'
import { isBare, openXls } from './xls/xls.ts'
import { officePart, openXlsx } from './xlsx.ts'

/**
 * Does something with a workbook and closes it; null: the file is none. Throws `source-binary` where it is one that cannot be
 * read, `source-truncated` where it is damaged, `source-arriving` where its end is not there yet.
 */
export async function withWorkbook<Result>(
  file: Arrived,
  signal: AbortSignal,
  work: (book: Workbook) => Promise<Result>,
): Promise<Result | null> {
  try {
    return (await ofOldExcel(file, signal, work)) ?? (await ofParts(file, signal, work))
  } catch (thrown) {
    signal.throwIfAborted()
    throw damaged(thrown)
  }
}

async function ofParts<Result>(
  file: Arrived,
  signal: AbortSignal,
  work: (book: Workbook) => Promise<Result>,
): Promise<Result | null> {
  const container = await Container.open(file)
  if (container === null) return null
  try {
    const book = await workbookIn(container, signal)
    return book === null ? null : await workedWith(book, work)
  } finally {
    container.close()
  }
}

async function workedWith<Result>(
  book: Workbook,
  work: (book: Workbook) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(book)
  } finally {
    await book.close()
  }
}

/** What Office wrote before 2007, and wraps everything in that it locks with a password. */
async function ofOldExcel<Result>(
  file: Arrived,
  signal: AbortSignal,
  work: (book: Workbook) => Promise<Result>,
): Promise<Result | null> {
  const handle = await open(file.path, 'r')
  try {
    const head = Buffer.alloc(8)
    await handle.read(head, 0, head.length, 0)
    const isWrapped = isCompound(head)
    if (!isWrapped && !isBare(head)) return null
    if (file.size < file.bytes) throw notHereYet()
    const stream = isWrapped
      ? await workbookStream(await Compound.open(handle, file.size))
      : { bytes: file.size, read: (at: number, to: Buffer) => readAt(handle, at, to) }
    return await workedWith(await openXls(stream, signal), work)
  } finally {
    await handle.close()
  }
}

async function readAt(handle: FileHandle, at: number, target: Buffer): Promise<number> {
  return (await handle.read(target, 0, target.length, at)).bytesRead
}

/** Where both are, Excel 95 reads the second. */
const workbookStreams = ['Workbook', 'Book'] as const

async function workbookStream(compound: Compound): Promise<Bytes> {
  const name = workbookStreams.find((one) => compound.has(one))
  if (compound.has('EncryptedPackage')) throw locked()
  if (name !== undefined) return compound.stream(name)
  if (compound.has('WordDocument')) throw refused('a Word document', otherwise)
  if (compound.has('PowerPoint Document')) throw refused('a PowerPoint presentation', otherwise)
  throw refused('a document of another program', otherwise)
}

async function workbookIn(container: Container, signal: AbortSignal): Promise<Workbook | null> {
  const part = await officePart(container, signal)
  if (part !== null) {
    if (part.endsWith('.bin'))
      throw refused('a binary Excel workbook (.xlsb)', 'Save it as an Excel workbook (.xlsx).')
    if (part.startsWith('word/')) throw refused('a Word document', otherwise)
    if (part.startsWith('ppt/')) throw refused('a PowerPoint presentation', otherwise)
    return container.has(part) ? openXlsx(container, part, signal) : null
  }
  if (container.has('Index/Document.iwa'))
    throw refused('a document of Apple Numbers', 'Export it as Excel (.xlsx) or CSV.')
  const type = (await container.whole('mimetype', signal)).trim()
  const openDocument = 'application/vnd.oasis.opendocument.'
  if (!type.startsWith(openDocument)) return null
  if (!/^spreadsheet(-template)?$/.test(type.slice(openDocument.length)))
    throw refused('an OpenDocument file that is no spreadsheet', otherwise)
  const manifest = await container.whole('META-INF/manifest.xml', signal)
  if (manifest.includes('encryption-data')) throw locked()
  return openOds(container, signal)
}

const otherwise = 'Choose the file that holds the table, or save the table as CSV.'
