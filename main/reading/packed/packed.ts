/** A file that holds another one, packed. */
import type { Readable } from 'node:stream'
import type { Gunzip, InflateRaw } from 'node:zlib'
import { Problem } from '../../../shared/domain/problem.ts'

export interface Packed {
  /** As it is packed, and what makes of it what it was; null: it is so already. */
  bytes: Readable
  inflate: Gunzip | InflateRaw | null
  /** What should come out, where the file says so. */
  promised: { bytes: number; crc32: number } | null
  /** What is taken, and all that could be, by name; null and none where there is nothing to choose. */
  entry: string | null
  entries: string[]
  close: () => void
}

/** Which file of an archive: of this very name, or of a day's name like it. */
export interface Wanted {
  name: string
  isExact: boolean
}

/** As much is inflated at once. */
export const inflating = { chunkSize: 256 * 1024 }

/** It cannot be read although it is whole: a `source-binary`. */
export function unreadable(what: string, advice: string, detail = ''): Problem {
  return new Problem({ code: 'source-binary', what, did: 'Nothing was unpacked.', advice, detail })
}

/** It is not what it was when it was packed: a `source-truncated`. */
export function damaged(what: string, cause?: unknown): Problem {
  return new Problem(
    {
      code: 'source-truncated',
      what,
      did: 'Nothing of it was taken.',
      advice: 'Download or export it again, to its end.',
      detail: cause instanceof Error ? cause.message : '',
    },
    { cause },
  )
}
