import { type Command, Option } from 'commander'
import type { Output } from '../output.ts'
import { type ServicePlace, serviceFile, serviceKinds } from '../serviceFile.ts'

/** Needs no home. `place`: of what this process runs. */
export function addService(
  pallet: Command,
  open: () => { output: Output },
  place: () => ServicePlace,
): void {
  pallet
    .command('service')
    .description('run “pallet serve” in the background, from the start of the computer')
    .command('print')
    .description('the file that systemd or launchd takes; it says how to install it')
    .addOption(
      new Option('--for <what>', 'who starts it')
        .choices(serviceKinds)
        .default(process.platform === 'darwin' ? 'launchd' : 'systemd'),
    )
    .action(({ for: kind }: { for: (typeof serviceKinds)[number] }) => {
      const file = serviceFile(kind, place())
      open().output.text(file.trimEnd(), { event: 'service', for: kind, file })
    })
}
