/** Where the records of a JSON file stand. */
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { Problem } from '../../../shared/domain/problem.ts'
import { readAt } from '../delimited/probe.ts'
import type { Arrived } from '../reader.ts'
import { type List, listsIn } from './lists.ts'
import { Columns, RecordParser, Unreadable } from './parser.ts'
import { type Form, Splitter } from './splitter.ts'

const MiB = 1024 * 1024
/** A list is looked for so far; a table whose beginning is behind it was not meant to be one. */
const headBytes = { first: MiB, most: 16 * MiB }
/** Records that are tried, to see whether these are any. */
const tried = 20

export interface Layout {
  form: Form
  /** Where the records begin, or the lists of them: in bytes, and on which line. */
  offset: number
  line: number
  /** Lists that could be read instead, and other names that stand beside them. */
  paths: string[][]
  beside: string[]
}

/** The most likely layout, with its path; null: the file is not of records. */
export async function findLayout(
  arrived: Arrived,
  signal: AbortSignal,
): Promise<{ path: string[]; layout: Layout } | null> {
  return await withFile(arrived, async (file) => {
    const head = await readAt(file, 0, Math.min(headBytes.first, arrived.size))
    refuseWide(head)
    const at = firstAt(head)
    const opens = head[at]
    if (opens !== 0x7b && opens !== 0x5b) return null
    const whole = wholeFile(head, at)
    const isRecords = (layout: Layout): Promise<boolean> =>
      areRecords(file, arrived, layout, signal)
    const asLines: Layout = { ...whole, form: 'lines' }
    if (opens === 0x7b && isManyLines(head) && (await isRecords(asLines)))
      return { path: [], layout: asLines }
    const { lists, names } = listsIn(head)
    const [list] = lists.toSorted((one, other) => other.objects - one.objects)
    const inside =
      list === undefined || list.objects === 0 ? null : layoutOfList(list, lists, names, whole)
    if (list !== undefined && inside !== null && (await isRecords(inside)))
      return { path: list.path, layout: inside }
    return opens === 0x7b && (await isRecords(whole)) ? { path: [], layout: whole } : null
  })
}

/** The layout for a path that is known. Throws `source-binary` where the file has no records there. */
export async function layoutFor(
  arrived: Arrived,
  path: readonly string[],
  signal: AbortSignal,
): Promise<Layout> {
  return await withFile(arrived, async (file) => {
    for (const bytes of Object.values(headBytes)) {
      const head = await readAt(file, 0, Math.min(bytes, arrived.size))
      refuseWide(head)
      const at = firstAt(head)
      const whole = wholeFile(head, at)
      if (path.length === 0) {
        const lines: Layout = { ...whole, form: 'lines' }
        const isLines = isManyLines(head) && (await areRecords(file, arrived, lines, signal))
        if (head[at] === 0x7b && isLines) return lines
        if (await areRecords(file, arrived, whole, signal)) return whole
        break
      }
      const { lists, names } = listsIn(head)
      const list = lists.find((one) => one.path.join('\0') === path.join('\0'))
      if (list !== undefined) return layoutOfList(list, lists, names, whole)
      if (head.length === arrived.size) break
    }
    throw new Problem({
      code: 'source-binary',
      what:
        path.length === 0
          ? 'This file is no list of records.'
          : `This file has no list of records under “${path.join('.')}”.`,
      did: 'Nothing was read.',
      advice: 'Have it detected anew, or send it as a dataset of its own if it is of another kind.',
    })
  })
}

async function withFile<Result>(
  { path }: Arrived,
  work: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, 'r')
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}

const wholeFile = (head: Buffer, offset: number): Layout => ({
  form: 'values',
  offset,
  line: 1 + head.subarray(0, offset).filter((byte) => byte === 0x0a).length,
  paths: [],
  beside: [],
})

function layoutOfList(
  list: List,
  lists: readonly List[],
  names: readonly string[],
  whole: Layout,
): Layout {
  const [outer] = list.path
  if (outer === undefined) return whole
  const paths = lists.filter(({ path, objects }) => path.length > 0 && objects > 0)
  const beside = names.filter((name) => name !== outer)
  return {
    form: 'list',
    offset: list.offset,
    line: list.line,
    paths: paths.map(({ path }) => path),
    beside,
  }
}

/** Whether at least half of the first records are some. */
async function areRecords(
  file: FileHandle,
  { size }: Arrived,
  { form, offset, line }: Layout,
  signal: AbortSignal,
): Promise<boolean> {
  const splitter = new Splitter(form, offset, line, Math.min(size, offset + headBytes.first))
  const parser = new RecordParser(new Columns())
  let records = 0
  let good = 0
  while (records < tried) {
    const extent = splitter.next()
    if (extent === null) break
    if (extent === 'more') {
      signal.throwIfAborted()
      await splitter.fill(file, Math.min(size, offset + headBytes.first))
      continue
    }
    const isCut = extent.offset + extent.length >= offset + headBytes.first
    records += 1
    const cells = parser.read(extent)
    // Records in another encoding are records; that they are held back says why.
    const isOne = !(cells instanceof Unreadable) || cells.code === 'encoding-error'
    if (isCut || isOne) good += 1
  }
  return good * 2 > records
}

/** Where the text begins, behind a byte-order mark and white space. */
function firstAt(head: Buffer): number {
  let at = head.toString('latin1', 0, 3) === '\xef\xbb\xbf' ? 3 : 0
  while ([0x20, 0x09, 0x0a, 0x0d].includes(head[at] ?? 0)) at += 1
  return at
}

/** Whether a line of an object is followed by another. */
const isManyLines = (head: Buffer): boolean => /\}[ \t\r]*\n\s*\S/.test(head.toString('latin1'))

/** JSON in UTF-16 would be taken for text of one column. */
function refuseWide(head: Buffer): void {
  const mark = head.toString('latin1', 0, 2)
  if (mark !== '\xff\xfe' && mark !== '\xfe\xff') return
  const text = new TextDecoder(mark === '\xff\xfe' ? 'utf-16le' : 'utf-16be').decode(
    head.subarray(0, 1024),
  )
  if (!/^\s*(\[\s*\{|\{\s*"[^"]*"\s*:)/.test(text)) return
  throw new Problem({
    code: 'source-binary',
    what: 'This file holds records in UTF-16, which Pallet reads in UTF-8 only.',
    did: 'Nothing was read.',
    advice: 'Save it in UTF-8 and choose that file.',
  })
}
