import { z } from 'zod'
import { HeldRow } from './quarantine.ts'
import { Broken } from './rules.ts'
import { brokenWords } from './ruleWords.ts'
import { formatCount, plural } from './sizes.ts'

/** What a run would make of a whole file; nothing was sent, loaded or remembered. */
export const Check = z.object({
  records: z.number(),
  clean: z.number(),
  held: z.number(),
  dropped: z.number(),
  /** Whether so many would be held back that the run would stop. */
  tooMany: z.boolean(),
  /** Rules that rows break and go through all the same, and those that would stop the run. */
  warnings: z.array(Broken),
  stops: z.array(Broken),
  /** What is not as in the last file that was delivered, in sentences. */
  drift: z.array(z.string()).default([]),
  /** The first held-back records. */
  examples: z.array(HeldRow),
  /** What a run would warn of, in sentences. */
  doubts: z.array(z.string()),
})
export type Check = z.infer<typeof Check>

/** What a person should know of it before the file is sent; nothing while every row would be delivered. */
export function checkSentences({ warnings, stops, drift, ...check }: Check): string[] {
  return [
    ...stops.map((stop) => `The run would stop before anything is sent: ${brokenWords(stop)}`),
    ...heldSentences(check),
    ...warnings.map((warning) => `These would go through: ${brokenWords(warning)}`),
    ...drift.map((change) => `Not as before: ${change}`),
  ]
}

function heldSentences({
  records,
  held,
  tooMany,
  examples,
}: Omit<Check, 'warnings' | 'stops' | 'drift'>): string[] {
  const [example] = examples
  if (held === 0 || example === undefined) return []
  const why = example.reasons.map(({ message }) => message).join(' ')
  return [
    `${formatCount(held)} of ${plural(records, 'row')} would be held back, for example line ${formatCount(example.line)}: ${why}${tooMany ? ' These are so many that the run would stop before anything is sent.' : ''}`,
  ]
}
