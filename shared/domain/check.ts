import { z } from 'zod'
import { HeldRow } from './quarantine.ts'
import { formatCount, plural } from './sizes.ts'

/** What a run would make of a whole file; nothing was sent, loaded or remembered. */
export const Check = z.object({
  records: z.number(),
  clean: z.number(),
  held: z.number(),
  dropped: z.number(),
  /** Whether so many would be held back that the run would stop. */
  tooMany: z.boolean(),
  /** The first held-back records. */
  examples: z.array(HeldRow),
})
export type Check = z.infer<typeof Check>

/** What a person should know of it before the file is sent; nothing while every row would be delivered. */
export function checkSentences({ records, held, tooMany, examples }: Check): string[] {
  const [example] = examples
  if (held === 0 || example === undefined) return []
  const why = example.reasons.map(({ message }) => message).join(' ')
  return [
    `${formatCount(held)} of ${plural(records, 'row')} would be held back, for example line ${formatCount(example.line)}: ${why}${tooMany ? ' These are so many that the run would stop before anything is sent.' : ''}`,
  ]
}
