import type { Command } from 'commander'
import { capAt, capText, limitText, megabitText, parseLimit } from '../../../shared/domain/limit.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'

export function addLimit(pallet: Command, inSession: InSession): void {
  pallet
    .command('limit')
    .description('how much of the line uploads may take: show it, or set it')
    .argument('[limit...]', '2m, or by the time of the day: 08:00,500k 20:00,off; or off')
    .action((words: string[]) =>
      inSession(async ({ core, output }) => limitCommand(core, output, words.join(' '))),
    )
}

export const limitForms =
  'A rate such as 500k or 2m (bytes a second), a table such as “08:00,500k 20:00,off”, or “off” is expected.'

/** Shows the limit of this home; sets it first where one is given. */
async function limitCommand(core: CommandCore, output: Output, text: string): Promise<void> {
  const limit = parseLimit(text)
  if (limit === null && text !== '')
    throw new Problem({
      code: 'usage',
      what: `“${text}” is no limit.`,
      did: 'Nothing was changed.',
      advice: limitForms,
    })
  const { uploadLimit } =
    limit === null ? await core.settings.get() : await core.settings.save({ uploadLimit: limit })
  const now = capAt(uploadLimit, new Date())
  output.text(
    [
      limitText(uploadLimit),
      now.bytesPerSecond === null
        ? 'Uploads may take the whole line now.'
        : `Uploads are held to ${capText(now.bytesPerSecond, now.until)} (${megabitText(now.bytesPerSecond)}).`,
    ].join('\n'),
    { event: 'limit', limit: limitText(uploadLimit), entries: uploadLimit },
  )
}
