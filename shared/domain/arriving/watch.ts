/** Watched folders: whatever is put there goes on its way by itself. */
import { z } from 'zod'
import { Expected, expectedWords } from './expected.ts'
import { ProblemData } from '../problem.ts'

/** What becomes of a file in its folder once it is delivered. */
export const AfterDelivery = z.enum(['leave', 'move', 'delete'])
export type AfterDelivery = z.infer<typeof AfterDelivery>

/** The folder in a watched one to which delivered files are moved. */
export const deliveredFolder = 'delivered'

export const WatchInput = z.object({
  /** Whose folder it is; absent: of this computer. */
  connection: z.string().min(1).max(63).optional(),
  /** Absolute path, and of a storage `container/prefix`; folders in it are not looked into. */
  folder: z.string().min(1).max(4096),
  /** Of the names of its files: `*` any characters, `?` one; capital letters do not matter. */
  pattern: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^/\\]*$/),
  dataset: z.string().min(1).max(63),
  after: AfterDelivery,
  /** A file counts only when there is one beside it that is called so in addition: `.done`; null: size and time decide alone. */
  marker: z
    .string()
    .min(1)
    .max(32)
    .regex(/^[^/\\]*$/)
    .nullable(),
  /** By when a file should have come; null: nobody waits for it. */
  expected: Expected.nullable(),
})
export type WatchInput = z.infer<typeof WatchInput>

export const Watch = WatchInput.extend({
  id: z.number(),
  createdAt: z.string(),
  /** When a file was last taken. */
  lastAt: z.string().nullable(),
  /** What keeps its files from being taken or put away; null: nothing. */
  trouble: ProblemData.nullable(),
})
export type Watch = z.infer<typeof Watch>

/** As it is now. */
export const WatchNow = Watch.extend({
  /** The day for which a file should be there by now and is not: `2026-11-20`. */
  late: z.string().nullable(),
})
export type WatchNow = z.infer<typeof WatchNow>

/** Whether a name is one of the pattern's. Names that begin with a dot or with `~$` are those of programs at work. */
export function fitsPattern(name: string, pattern: string): boolean {
  if (/^(\.|~\$)/.test(name)) return false
  const source = pattern.replace(/[^*?]/gu, (char) => char.replace(/[\\^$.|+()[\]{}]/, '\\$&'))
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'isu').test(name)
}

/** Where a watched folder is: `/till`, or `shop: container/prefix`. */
export const placeWords = ({
  connection,
  folder,
}: Pick<WatchInput, 'connection' | 'folder'>): string =>
  connection === undefined ? folder : `${connection}: ${folder}`

export const lateWords = ({
  dataset,
  late,
  expected,
  ...place
}: Pick<WatchNow, 'dataset' | 'connection' | 'folder' | 'late' | 'expected'>): string =>
  `No file of ${dataset} has come into ${placeWords(place)} for ${late ?? ''}.${expected === null ? '' : ` It was expected ${expectedWords(expected)}.`} Ask whoever sends it, or send it by hand.`

export function afterWords(after: AfterDelivery): string {
  switch (after) {
    case 'leave':
      return 'delivered files stay there'
    case 'move':
      return `delivered files are moved to its folder “${deliveredFolder}”`
    case 'delete':
      return 'delivered files are deleted'
  }
}
