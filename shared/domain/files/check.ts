import { z } from 'zod'
import { HeldRow } from './quarantine.ts'
import { Broken } from '../rules/rules.ts'
import { brokenWords } from '../rules/ruleWords.ts'
import { formatCount, plural } from '../sizes.ts'

/** So many records: the first, or with a seed some of the whole file, each time the same. */
export const Sample = z.object({
  rows: z.int().min(1).max(1_000_000),
  seed: z.int().min(0).max(1_000_000_000).nullable(),
})
export type Sample = z.infer<typeof Sample>

/** Of how many records a sample was taken, and how many of these are held back as no rows, and not in it. */
export const Sampled = Sample.extend({ of: z.number(), broken: z.number() })
export type Sampled = z.infer<typeof Sampled>

/** What a run would make of a whole file, or of a sample of its records; nothing was sent, loaded or remembered. */
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
  /** Absent: every record was looked at. */
  sampled: Sampled.optional(),
})
export type Check = z.infer<typeof Check>

/** What a person should know of it before the file is sent; nothing while every row would be delivered. */
export function checkSentences({ warnings, stops, drift, ...check }: Check): string[] {
  const inSample = check.sampled === undefined ? '' : 'In the sample: '
  return [
    ...stops.map(
      (stop) => `${inSample}The run would stop before anything is sent: ${brokenWords(stop)}`,
    ),
    ...heldSentences(check),
    ...warnings.map((warning) => `${inSample}These would go through: ${brokenWords(warning)}`),
    ...drift.map((change) => `Not as before: ${change}`),
  ]
}

function heldSentences({
  records,
  held,
  tooMany,
  examples,
  sampled,
}: Omit<Check, 'warnings' | 'stops' | 'drift'>): string[] {
  const [example] = examples
  if (held === 0 || example === undefined) return []
  const why = example.reasons.map(({ message }) => message).join(' ')
  const among = plural(records, sampled === undefined ? 'row' : 'sampled row')
  const stop =
    sampled === undefined
      ? ' These are so many that the run would stop before anything is sent.'
      : ' Where so many of all rows are, the run stops before anything is sent.'
  return [
    `${formatCount(held)} of ${among} would be held back, for example line ${formatCount(example.line)}: ${why}${tooMany ? stop : ''}`,
  ]
}

/** What a sample was taken of, and what it cannot say. `rows`: in it. */
export function sampleWords({ of, broken, seed }: Sampled, rows: number): string[] {
  const which = seed === null ? 'the first' : `by the seed ${seed}`
  return [
    `A sample of ${formatCount(rows)} of ${plural(of, 'row')}, ${which}: nothing is sent. What steps and rules compare with other rows, they compare with those of the sample.`,
    ...(broken === 0
      ? []
      : [
          `${plural(broken, 'row')} of the file cannot be read as rows; they are not in the sample.`,
        ]),
  ]
}
