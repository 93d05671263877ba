import { type Command, InvalidArgumentError } from 'commander'
import { Settings } from '../../../shared/domain/settings.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import type { InSession } from '../session.ts'

export function addKeep(pallet: Command, inSession: InSession): void {
  pallet
    .command('keep')
    .description(
      'for how many days rows that were held back, and copies of files that failed, stay on this computer: show it, or set it',
    )
    .argument('[days]', 'a number of days, or forever', days)
    .action((given: number | null | undefined) =>
      inSession(async ({ core, output }) => {
        const { keepDays } =
          given === undefined
            ? await core.settings.get()
            : await core.settings.save({ keepDays: given })
        output.text(
          keepDays === null
            ? 'What was held back is kept for ever.'
            : `What was held back is removed ${plural(keepDays, 'day')} after its run has ended, and so is what was chosen for files that were not sent; receipts, histories and what was delivered stay.`,
          { event: 'keep', days: keepDays },
        )
      }),
    )
}

function days(text: string): number | null {
  const found = Settings.shape.keepDays.safeParse(text === 'forever' ? null : Number(text))
  if (found.success) return found.data
  throw new InvalidArgumentError('A number of days from 1 to 3650 is expected, or “forever”.')
}
