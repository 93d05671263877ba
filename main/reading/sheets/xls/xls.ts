/** Workbooks of Excel before 2007: BIFF8 of Excel 97 to 2003 and BIFF5 of Excel 5 and 95 ([MS-XLS]). */
import { type Decoder, decoderOf } from '../../../files/decoding.ts'
import { locked, refused } from '../refused.ts'
import { SharedTexts, type Texts } from '../texts.ts'
import { type CellFormat, cellFormat } from '../formats.ts'
import type { Workbook } from '../workbook.ts'
import type { Bytes } from './compound.ts'
import { TextParts, eachRecord, types, windows } from './records.ts'
import { SheetRecords } from './sheetRecords.ts'

/** Of the record that begins a part: which Excel, and what the part is ([MS-XLS] 2.4.21). */
const version = { biff5: 0x0500, biff8: 0x0600 } as const
const part = { workbook: 0x0005, sheet: 0x0010, workspace: 0x0100 } as const
/** How Excel 2, 3 and 4 began. */
const beginnings: ReadonlySet<number> = new Set([0x0009, 0x0209, 0x0409])
const maxStyles = 100_000

/** What the first part of a workbook says of all sheets. */
interface Globals {
  isBiff8: boolean
  sheets: { name: string; isHidden: boolean; at: number }[]
  formats: CellFormat[]
  epoch: 1900 | 1904
  decoder: Decoder
  /** Where the shared texts begin; null: there are none. */
  textsAt: number | null
}

/**
 * The first bytes of a workbook that is not wrapped in a compound file, as scripts of web shops write them: one sheet and no more.
 */
export function isBare(head: Buffer): boolean {
  const [type, length, kind] = [head.readUInt16LE(0), head.readUInt16LE(2), head.readUInt16LE(6)]
  const isPart = kind === part.workbook || kind === part.sheet || kind === part.workspace
  const isFirst = type === types.begin || beginnings.has(type)
  return isFirst && isPart && length >= 4 && length <= 16
}

/** Throws a `Problem` where it is locked or of an Excel that is older still, an `Error` where it is damaged. */
export async function openXls(stream: Bytes, signal: AbortSignal): Promise<Workbook> {
  const globals = await globalsOf(stream, signal)
  const { sheets, formats, epoch, isBiff8, decoder, textsAt } = globals
  const starts = [...sheets.map(({ at }) => at), stream.bytes].toSorted((a, b) => a - b)
  const shared = new SharedTexts((texts) => sharedTexts(stream, textsAt, texts, signal))
  return {
    sheets,
    close: () => shared.close(),
    async *rows(name, met, stop, numbers) {
      const { at = stream.bytes } = sheets.find((sheet) => sheet.name === name) ?? {}
      const whole = (starts.find((start) => start > at) ?? stream.bytes) - at
      const records = new SheetRecords(met, { formats, epoch, numbers, isBiff8, decoder })
      let taken = 0
      for await (const window of windows(stream, at, stop)) {
        const isOver = eachRecord(window, (type, data) => records.take(type, data))
        taken += window.length
        met.share = isOver ? 1 : Math.min(1, taken / Math.max(1, whole))
        yield* shared.rows(records.rows())
        if (isOver) return
      }
    },
  }
}

async function globalsOf(stream: Bytes, signal: AbortSignal): Promise<Globals> {
  const found = { sheets: [], formats: [], epoch: 1900 as const, textsAt: null }
  const globals: Globals = { ...found, isBiff8: true, decoder: decoderOf('windows-1252') }
  const names: { name: Buffer; isHidden: boolean; at: number }[] = []
  const codes = new Map<number, Buffer>()
  const styles: number[] = []
  let codePage: number | null = null
  let at = 0
  let isFirst = true
  let isBare = false
  const take = (type: number, data: Buffer): boolean => {
    if (isFirst) {
      isFirst = false
      if (beginnings.has(type)) throw refused('an Excel workbook of before 1993', older)
      if (type !== types.begin) throw new Error('the workbook does not begin')
      globals.isBiff8 = data.readUInt16LE(0) === version.biff8
      isBare = data.readUInt16LE(2) === part.sheet
      // Scripts that write bare workbooks leave it 0.
      if (!globals.isBiff8 && !isBare && data.readUInt16LE(0) !== version.biff5)
        throw refused('an Excel workbook of before 1993', older)
      return false
    }
    switch (type) {
      case types.locked:
        throw locked()
      case types.dateMode:
        if (data.readUInt16LE(0) === 1) globals.epoch = 1904
        break
      case types.codePage:
        codePage = data.readUInt16LE(0)
        break
      case types.format:
        codes.set(data.readUInt16LE(0), Buffer.from(data.subarray(2)))
        break
      case types.style:
        if (styles.length < maxStyles) styles.push(data.readUInt16LE(2))
        break
      case types.boundSheet:
        // Charts, macros and modules hold no cells.
        if (data.readUInt8(5) === 0)
          names.push({
            at: data.readUInt32LE(0),
            isHidden: (data.readUInt8(4) & 3) !== 0,
            name: Buffer.from(data.subarray(6)),
          })
        break
      case types.sharedTexts:
        globals.textsAt = at
    }
    return type === types.end
  }
  for await (const window of windows(stream, 0, signal)) {
    const isOver = eachRecord(window, (type, data) => {
      const over = take(type, data)
      at += data.length + 4
      return over
    })
    if (isOver) break
  }
  if (!globals.isBiff8) globals.decoder = await decoderFor(codePage, isBare ? stream : null)
  const { isBiff8, decoder } = globals
  globals.sheets = isBare
    ? [{ name: 'Sheet1', isHidden: false, at: 0 }]
    : names.map(({ name, ...sheet }) => ({ ...sheet, name: shortText(name, isBiff8, decoder) }))
  globals.formats = styles.map((id) => {
    const code = codes.get(id)
    return cellFormat(id, code === undefined ? null : formatText(code, isBiff8, decoder))
  })
  return globals
}

const older = 'Open it in LibreOffice, save it as an Excel workbook (.xlsx) and choose that file.'

/** Names of sheets: their length in one byte ([MS-XLS] 2.5.240). */
function shortText(data: Buffer, isBiff8: boolean, decoder: Decoder): string {
  const length = data.readUInt8(0)
  if (!isBiff8) return decoder.decode(data.subarray(1, 1 + length))
  const isWide = (data.readUInt8(1) & 1) !== 0
  return isWide
    ? data.toString('utf16le', 2, 2 + 2 * length)
    : data.toString('latin1', 2, 2 + length)
}

function formatText(data: Buffer, isBiff8: boolean, decoder: Decoder): string {
  if (!isBiff8) return shortText(data, isBiff8, decoder)
  let code = ''
  new TextParts((text) => {
    code = text
    return false
  }).push(data)
  return code
}

/** Texts beside those of BIFF8 are in the code page of the computer that wrote them; these are the ones with a name of their own. */
const codePages: Readonly<Record<number, string>> = {
  367: 'windows-1252',
  437: 'ibm437',
  850: 'ibm850',
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gb18030',
  949: 'euc-kr',
  950: 'big5',
  10_000: 'macintosh',
  10_007: 'x-mac-cyrillic',
  32_768: 'macintosh',
  32_769: 'windows-1252',
  65_001: 'utf-8',
}

async function decoderFor(codePage: number | null, bare: Bytes | null): Promise<Decoder> {
  if (codePage === null) {
    // Scripts name none and write what the shop's pages are in.
    const head = Buffer.alloc(bare === null ? 0 : Math.min(bare.bytes, 1024 * 1024))
    await bare?.read(0, head)
    return decoderOf(
      /[\xc2-\xf4][\x80-\xbf]/.test(head.toString('latin1')) ? 'utf-8' : 'windows-1252',
    )
  }
  const isWindows = codePage >= 1250 && codePage <= 1258
  const name = isWindows ? `windows-${codePage}` : codePages[codePage]
  if (name !== undefined) return decoderOf(name)
  throw refused(`an Excel workbook whose texts are in code page ${codePage}`, older)
}

async function* sharedTexts(
  stream: Bytes,
  at: number | null,
  texts: Texts,
  signal: AbortSignal,
): AsyncGenerator<void> {
  if (at === null) return
  const parts = new TextParts((text) => {
    texts.add(text)
    return true
  })
  let isFirst = true
  for await (const window of windows(stream, at, signal)) {
    const isOver = eachRecord(window, (type, data) => {
      if (!isFirst && type !== types.continued) return true
      // Two counts that not every program gets right.
      parts.push(isFirst ? data.subarray(8) : data)
      isFirst = false
      return false
    })
    if (isOver) break
    yield
  }
  if (parts.isOpen) throw new Error('a text has no end')
}
