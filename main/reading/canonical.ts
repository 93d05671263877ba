/** The tokenizer's output read back into strings, for detection, the header and the preview. */

export interface CanonicalRecord {
  record: number
  line: number
  cells: string[]
}

const comma = 0x2c
const lf = 0x0a
const quote = 0x22

/** Reads canonical lines (see `recordsLayout`); both kinds of empty cell become ''. */
export function parseCanonical(bytes: Buffer): CanonicalRecord[] {
  const records: CanonicalRecord[] = []
  let at = 0
  while (at < bytes.length) {
    const fields: string[] = []
    for (;;) {
      let end: number
      if (bytes[at] === quote) {
        end = at + 1
        for (;;) {
          end = bytes.indexOf(quote, end)
          if (bytes[end + 1] !== quote) break
          end += 2
        }
        fields.push(bytes.toString('utf8', at + 1, end).replaceAll('""', '"'))
        end += 1
      } else {
        end = at
        while (bytes[end] !== comma && bytes[end] !== lf) end += 1
        fields.push(bytes.toString('utf8', at, end))
      }
      at = end + 1
      if (bytes[end] === lf) break
    }
    records.push({ record: Number(fields[0]), line: Number(fields[1]), cells: fields.slice(4) })
  }
  return records
}
