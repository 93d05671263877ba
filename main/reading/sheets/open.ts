/** A workbook by what it is, whatever it is called; and in sentences what looks like one and is none. */
import { open } from 'node:fs/promises'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Arrived } from '../reader.ts'
import { Container, damaged } from './container.ts'
import { openOds } from './ods.ts'
import type { Workbook } from './workbook.ts'
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
  await refuseOld(file)
  const container = await Container.open(file)
  if (container === null) return null
  try {
    const book = await workbookIn(container, signal)
    if (book === null) return null
    try {
      return await work(book)
    } finally {
      await book.close()
    }
  } catch (thrown) {
    signal.throwIfAborted()
    throw damaged(thrown)
  } finally {
    container.close()
  }
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

function refused(what: string, advice: string): Problem {
  return new Problem({
    code: 'source-binary',
    what: `This file is ${what}, which Pallet does not read.`,
    did: 'Nothing was read.',
    advice,
  })
}

function locked(): Problem {
  return new Problem({
    code: 'source-binary',
    what: 'The workbook is locked with a password.',
    did: 'Nothing was read.',
    advice: 'Open it with its password, save it without one and choose that file.',
  })
}

/** Where the folder of a compound file stands, and what may be found in it ([MS-CFB] 2.2, 2.6). */
const compound = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const folderBytes = 256 * 1024

/** What older Office, and everything that it locks with a password, wraps its documents in. */
async function refuseOld({ path }: Arrived): Promise<void> {
  const file = await open(path, 'r')
  try {
    const { buffer: head, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
    if (bytesRead < 512 || !head.subarray(0, compound.length).equals(compound)) return
    const sectorBytes = 2 ** Math.min(16, head.readUInt16LE(30))
    const start = (head.readUInt32LE(48) + 1) * sectorBytes
    const folder = await file.read(Buffer.alloc(folderBytes), 0, folderBytes, start)
    const names = folder.buffer.subarray(0, folder.bytesRead).toString('utf16le')
    if (names.includes('EncryptedPackage\0')) throw locked()
    if (names.includes('Workbook\0') || names.includes('Book\0'))
      throw refused(
        'an Excel workbook of before 2007 (.xls)',
        'Open it in Excel or LibreOffice, save it as an Excel workbook (.xlsx) and choose that file.',
      )
    if (names.includes('WordDocument\0')) throw refused('a Word document', otherwise)
    if (names.includes('PowerPoint Document\0'))
      throw refused('a PowerPoint presentation', otherwise)
    throw refused('a document of another program', otherwise)
  } finally {
    await file.close()
  }
}
