/**
 * Writes a workbook of one sheet whose cells are all text, so that a spreadsheet changes none of them: no zero, no day, no
 * digit, no formula. Source: ECMA-376, part 1, chapter 18; characters that XML cannot hold as in 22.9.2.19.
 */
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { ZipFile } from 'yazl'

/** How much text is gathered before it is passed on. */
const pieceLength = 64 * 1024

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const relations = (id: string, type: string, target: string): string =>
  `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/></Relationships>`
const content = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Styles of cells, by their place: the number format 49 is “Text”, which holds for what is typed over a cell, too. */
const [textStyle, labelStyle] = [1, 2]

const parts = {
  '[Content_Types].xml': `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${content}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${content}.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${content}.worksheet+xml"/></Types>`,
  '_rels/.rels': relations('rId1', 'officeDocument', 'xl/workbook.xml'),
  'xl/workbook.xml': `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Held back" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': relations('rId1', 'worksheet', 'worksheets/sheet1.xml').replace(
    '</Relationships>',
    `<Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
  ),
  'xl/styles.xml': `${xml}<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>`,
}

/**
 * The first row has the labels, and stays in view. Reads as fast as the stream is drained, and no further when it is
 * cancelled. The limits of a sheet are the caller's (`sheetLimits`).
 */
export function workbookOf(rows: AsyncIterable<readonly string[]>): ReadableStream<Uint8Array> {
  const zip = new ZipFile()
  const sheet = Readable.from(sheetPieces(rows))
  for (const [name, part] of Object.entries(parts)) zip.addBuffer(Buffer.from(part), name)
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml')
  zip.end()
  const bytes = zip.outputStream as Readable
  sheet.once('error', (error) => bytes.destroy(error))
  bytes.once('close', () => sheet.destroy())
  return Readable.toWeb(bytes) as ReadableStream<Uint8Array>
}

async function* sheetPieces(rows: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  let piece = `${xml}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/><sheetData>`
  let style = labelStyle
  for await (const cells of rows) {
    piece += '<row>'
    // A blank cell is there as well: what is typed into it stays text.
    for (const cell of cells)
      piece +=
        cell === ''
          ? `<c s="${style}"/>`
          : `<c s="${style}" t="inlineStr"><is><t xml:space="preserve">${written(cell)}</t></is></c>`
    piece += '</row>'
    style = textStyle
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  // Without it every number that is text gets a green corner.
  yield `${piece}</sheetData><ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors></worksheet>`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function written(text: string): string {
  return text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(
      // oxlint-disable-next-line no-control-regex -- these are the ones
      /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g,
      (one) => `_x${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    )
    .replace(/[&<>]/g, (one) => entities[one] ?? one)
}
