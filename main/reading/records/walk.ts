import { open } from 'node:fs/promises'
import type { Arrived } from '../reader.ts'
import { type Cells, type RecordParser, Unreadable } from './parser.ts'
import { type Extent, type Form, Splitter } from './splitter.ts'

export interface Walk {
  /** Every record with its cells, or the reason why it has none. True: it is time for a pause. */
  record: (extent: Extent, cells: Cells | Unreadable) => boolean
  /** Between records, again and again; false to stop. `position`: bytes of the file that are behind. */
  pause: (position: number) => Promise<boolean>
}

/**
 * Goes through the records of a file. Answers whether all lists were closed. Of a file that is still arriving the last record
 * is left out, for it may be cut.
 */
export async function walk(
  arrived: Arrived,
  { form, offset, line }: { form: Form; offset: number; line: number },
  parser: RecordParser,
  { record, pause }: Walk,
): Promise<{ isClosed: boolean }> {
  const { path, size, bytes } = arrived
  const splitter = new Splitter(form, offset, line, size)
  const file = await open(path, 'r')
  try {
    for (;;) {
      const extent = splitter.next()
      if (extent === null) break
      if (extent === 'more') {
        if (!(await pause(splitter.position))) break
        await splitter.fill(file, size)
        continue
      }
      if (size < bytes && extent.offset + extent.length >= size) break
      const cells = parser.read(extent)
      const known = cells instanceof Unreadable ? splitter.cutShort(extent) : extent
      if (record(known, cells) && !(await pause(splitter.position))) break
    }
  } finally {
    await file.close()
  }
  return { isClosed: splitter.openLists === 0 }
}
