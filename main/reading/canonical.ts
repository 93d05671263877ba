/** The canonical records file as bytes, and read back into strings for detection, the header and the preview. */
import { recordsLayout } from '../../shared/domain/files/records.ts'

/** To be taken into constants of a module's own: an imported name costs the scan a tenth of its speed. */
export const canonical = {
  comma: recordsLayout.delimiter.charCodeAt(0),
  doubleQuote: recordsLayout.quote.charCodeAt(0),
  lf: recordsLayout.lineEnd.charCodeAt(0),
}
const { comma, doubleQuote, lf } = canonical

/** A cell as it stands in a line; an empty one as nothing. */
export function cellText(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

export interface CanonicalRecord {
  record: number
  line: number
  cells: string[]
}

/** Of a record that is too wide only so many cells are taken: enough to see it, trailing delimiter or not. */
const cellsTaken = recordsLayout.maxColumns + 2
const fieldsTaken = recordsLayout.lineage.length + cellsTaken

/** The cells of one record, as they stand in a canonical line behind its lineage. */
export function cellsOf(bytes: Buffer): string[] {
  const lineage = ','.repeat(recordsLayout.lineage.length)
  const line = Buffer.concat([Buffer.from(lineage), bytes, Buffer.of(lf)])
  return parseCanonical(line)[0]?.cells ?? []
}

/** Reads canonical lines (see `recordsLayout`); both kinds of empty cell become ''. */
export function parseCanonical(bytes: Buffer): CanonicalRecord[] {
  const records: CanonicalRecord[] = []
  let at = 0
  while (at < bytes.length) {
    const fields: string[] = []
    for (;;) {
      let end: number
      if (bytes[at] === doubleQuote) {
        end = at + 1
        for (;;) {
          end = bytes.indexOf(doubleQuote, end)
          if (bytes[end + 1] !== doubleQuote) break
          end += 2
        }
        if (fields.length < fieldsTaken)
          fields.push(bytes.toString('utf8', at + 1, end).replaceAll('""', '"'))
        end += 1
      } else {
        end = at
        while (bytes[end] !== comma && bytes[end] !== lf) end += 1
        if (fields.length < fieldsTaken) fields.push(bytes.toString('utf8', at, end))
      }
      at = end + 1
      if (bytes[end] === lf) break
    }
    records.push({
      record: Number(fields[0]),
      line: Number(fields[1]),
      cells: fields.slice(recordsLayout.lineage.length),
    })
  }
  return records
}
