import { type Command, InvalidArgumentError } from 'commander'
import { AuditMark, auditText, auditVerdict } from '../../../shared/domain/audit.ts'
import { localTime } from '../../../shared/domain/localTime.ts'
import { exitCodes } from '../exitCodes.ts'
import { wholeNumber } from '../grammar.ts'
import type { InSession } from '../session.ts'

export function addAudit(pallet: Command, inSession: InSession): void {
  const audit = pallet
    .command('audit')
    .description('what people have done through Pallet, newest first')
    .option('--limit <n>', 'at most so many entries', wholeNumber(1, 1000), 50)
    .addHelpText(
      'after',
      `
An entry is written before anything is done, and once more if it then could not be. What Pallet does by itself
is in “pallet runs”.`,
    )
    .action(({ limit }: { limit: number }) =>
      inSession(async ({ core, output }) => {
        const entries = await core.audit.list(limit)
        output.table(
          ['number', 'time', 'who', 'what'],
          entries.map((entry) => [
            String(entry.number),
            localTime(entry.at),
            entry.who,
            auditText(entry),
          ]),
          entries,
        )
      }),
    )
  audit
    .command('verify')
    .description('whether all entries are as they were written')
    .option('--mark <number:hash>', 'an entry that was noted down elsewhere, too', mark)
    .addHelpText(
      'after',
      `
Every entry has a hash over itself and the hash before it, so none can be changed or taken out alone. Somebody who
owns the file could write all of them anew: note the last hash down elsewhere now and then, and give it with --mark.`,
    )
    .action((options: { mark?: AuditMark }) =>
      inSession(async ({ core, output }) => {
        const found = await core.audit.verify(options.mark)
        output.text(auditVerdict(found, options.mark), { event: 'audit', ...found })
        if (found.broken !== null) return exitCodes.failed
        if (found.last !== null)
          output.note(`To be noted down elsewhere: ${found.last.number}:${found.last.hash}`)
        return exitCodes.succeeded
      }),
    )
}

function mark(text: string): AuditMark {
  const [number, hash] = text.split(':')
  const found = AuditMark.safeParse({ number: Number(number), hash })
  if (found.success) return found.data
  throw new InvalidArgumentError('It is a number, a colon and 64 digits from 0 to f.')
}
