/** What people have done through Pallet, in an order that cannot be changed unnoticed. */
import { z } from 'zod'

/** Every call that changes something for others than the caller, in words that follow “ada”. */
export const actWords = {
  'runs.start': 'sent a file of',
  'runs.fix': 'changed held-back rows of run',
  'runs.fixTogether': 'fixed held-back rows together, of run',
  'runs.undoTogether': 'took a fix back, of run',
  'runs.bringFixed': 'brought held-back rows back, of run',
  'runs.sendFixed': 'sent the fixed rows of run',
  'runs.continue': 'put back in line run',
  'runs.pause': 'paused run',
  'runs.resume': 'resumed run',
  'runs.goOnThere': 'let those who were told go on, of run',
  'runs.cancel': 'cancelled run',
  'runs.retry': 'tried again run',
  'runs.resend': 'sent the blob again, of run',
  'runs.answer': 'answered the question of run',
  'runs.undo': 'took the rows out of the table, of run',
  'runs.discard': 'removed from the list run',
  'datasets.changeRows': 'changed the number of rows expected of',
  'datasets.changeColumns': 'changed the columns of',
  'datasets.changeRules': 'changed the rules of',
  'datasets.changeRecipe': 'changed the steps of',
  'datasets.changeTold': 'changed who is told, of',
  'datasets.import': 'imported',
  'datasets.restore': 'went back to an earlier version of',
  'datasets.changeHeader': 'changed what is known of the header of',
  'datasets.copy': 'copied',
  'datasets.rename': 'renamed',
  'datasets.remove': 'removed the dataset',
  'connections.save': 'saved the connection',
  'connections.remove': 'removed the connection',
  'connections.createContainer': 'made a container with the connection',
  'connections.clearUnfinished': 'dropped unfinished blocks of',
  'uploads.send': 'uploaded byte for byte',
  'streams.land': 'landed a batch of the topic',
  'streams.start': 'began to land the topic',
  'streams.stop': 'stopped the stream number',
  'streams.remove': 'removed the stream number',
  'streams.redrive': 'sent held-back records into their topic again, of run',
  'streams.resetGroup': 'changed where a group goes on in a topic:',
  'streams.produce': 'wrote a record to the topic',
  'streams.simulate': 'wrote simulated sales to the topic',
  'extracts.save': 'changed from where is fetched the dataset',
  'extracts.remove': 'ended the fetching of',
  'extracts.fetch': 'fetched what is new of',
  'schedules.change': 'changed when is fetched the dataset',
  'watches.add': 'began to watch a folder for',
  'watches.remove': 'ended the watch number',
  'alerts.save': 'changed what is told to',
  'alerts.remove': 'ended what is told to',
  'insights.save': 'said which columns the insights count',
  'warehouse.save': 'saved the query',
  'warehouse.remove': 'removed the query',
  'erasures.erase': 'erased a person by',
  'settings.save': 'changed the settings',
} as const
export type Act = keyof typeof actWords
const acts = Object.keys(actWords) as Act[]

export const AuditEntry = z.object({
  /** From 1, without a gap. */
  number: z.int().min(1),
  at: z.iso.datetime(),
  /** The name that the operating system knows them by; empty where it knows none. */
  who: z.string(),
  /** One that this Pallet does not know was written by a newer one. */
  act: z.string(),
  /** Name or id of what it was done to. */
  subject: z.string(),
  /** Written before it is done; once more with the code of the problem, if it then could not be. */
  refused: z.string().nullable(),
  /** SHA-256 over all of this and the hash of the entry before, 64 hexadecimal digits. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** A place that somebody has noted down elsewhere: whoever writes all entries anew cannot know of it. */
export const AuditMark = AuditEntry.pick({ number: true, hash: true })
export type AuditMark = z.infer<typeof AuditMark>

export const Audited = z.object({
  /** The last entry; null: there is none. */
  last: AuditMark.nullable(),
  /** The first entry that is missing or not as it was written, or the mark that is not there; null: none. */
  broken: z.int().min(1).nullable(),
})
export type Audited = z.infer<typeof Audited>

/** What was done, as words that follow who did it. */
export function auditText({ act, subject, refused }: AuditEntry): string {
  const known = acts.find((one) => one === act)
  const words = [known === undefined ? act : actWords[known], subject].filter((one) => one !== '')
  return `${words.join(' ')}${refused === null ? '' : ` – not done: ${refused.replaceAll('-', ' ')}`}`
}

/** What a look at all entries has found, as sentences. */
export function auditVerdict({ last, broken }: Audited, mark?: AuditMark): string {
  if (broken !== null)
    return mark?.number === broken
      ? `Entry ${broken} is not the one that was noted down: entries were written anew, or removed, since.`
      : `Entry ${broken} is missing, or is not as Pallet wrote it. What stands before it is unchanged.`
  if (last === null) return 'There are no entries yet.'
  return `All entries up to number ${last.number} are as Pallet wrote them.`
}
