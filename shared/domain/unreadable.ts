import { z } from 'zod'
import { plural } from './sizes.ts'

/** What a home has stored and this Pallet cannot read: damaged, or written by a newer one. It hides nothing else. */
export const Unreadable = z.object({
  kind: z.enum(['run', 'dataset', 'connection']),
  name: z.string(),
  /** Which field, for the curious. */
  detail: z.string(),
})
export type Unreadable = z.infer<typeof Unreadable>

/** “2 runs and 1 dataset of this home cannot be read: …”; null when there are none. */
export function unreadableSentence(all: readonly Unreadable[]): string | null {
  if (all.length === 0) return null
  const counts = Unreadable.shape.kind.options
    .map((kind) => ({ kind, count: all.filter((one) => one.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => plural(count, kind))
  const names = all.slice(0, 5).map(({ name }) => name)
  const more = all.length > names.length ? ', …' : ''
  return `${counts.join(' and ')} of this home cannot be read: ${names.join(', ')}${more}. What they have sent and loaded is not touched.`
}
