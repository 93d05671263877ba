/** Records of a landed topic that were held back, and are written to it once more. */
import { z } from 'zod'
import { formatCount, plural } from '../sizes.ts'

/** So often a record is sent again by Pallet; then it has to be mended. */
export const mostAttempts = 3

/** A batch of a topic of which records are held back. */
export const DeadLetters = z.object({
  runId: z.string(),
  dataset: z.string(),
  /** When the batch was planned, UTC, ISO 8601. */
  at: z.string(),
  /** Held back in all, and of these nobody has mended, sent or dropped. */
  held: z.number(),
  open: z.number(),
})
export type DeadLetters = z.infer<typeof DeadLetters>

/** What would become of the open ones of a run, if they were sent again now. */
export const RedrivePlan = z.object({
  runId: z.string(),
  connection: z.string(),
  topic: z.string(),
  open: z.number(),
  /** They fit the recipe and the contract as they are now: these are sent. */
  fit: z.number(),
  /** They do not, by what is wrong; said is that of the first. */
  unfit: z.array(z.object({ message: z.string(), records: z.number() })),
  /** The topic does not have them any more. */
  gone: z.number(),
  /** They were sent again `mostAttempts` times. */
  tooOften: z.number(),
})
export type RedrivePlan = z.infer<typeof RedrivePlan>

export const Redriven = z.object({ plan: RedrivePlan, sent: z.number() })
export type Redriven = z.infer<typeof Redriven>

/** A plan as sentences. */
export function redriveWords({ topic, open, fit, unfit, gone, tooOften }: RedrivePlan): string[] {
  if (open === 0) return ['None of its held-back records is open.']
  return [
    fit === 0
      ? `None of ${plural(open, 'held-back record')} would be taken now.`
      : `${formatCount(fit)} of ${plural(open, 'held-back record')} would be taken now, and can be sent again into ${topic}. Everybody who reads the topic gets them once more.`,
    ...unfit.map(
      ({ message, records }) =>
        `${plural(records, 'record')} would be held back again, ${records === 1 ? 'for' : 'such as for'} this: ${message}`,
    ),
    ...(gone === 0
      ? []
      : [
          `${plural(gone, 'record')} ${gone === 1 ? 'is' : 'are'} not in the topic any more: mend them here, and send them into the table.`,
        ]),
    ...(tooOften === 0
      ? []
      : [
          `${plural(tooOften, 'record')} ${tooOften === 1 ? 'was' : 'were'} sent again ${mostAttempts} times already: mend them here, and send them into the table.`,
        ]),
  ]
}
