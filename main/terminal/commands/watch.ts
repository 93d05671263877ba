import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { plural } from '../../../shared/domain/sizes.ts'
import { AfterDelivery, afterWords, placeWords } from '../../../shared/domain/arriving/watch.ts'
import { type Expected, expectedWords, weekdays } from '../../../shared/domain/arriving/expected.ts'
import { ownZone } from '../../../shared/domain/localTime.ts'
import { dayList, time, wholeNumber, zone } from '../grammar.ts'
import type { InSession } from '../session.ts'

interface AddOptions {
  connection?: string
  dataset: string
  pattern: string
  after: AfterDelivery
  marker?: string
  by?: string
  days?: Expected['days']
  zone: string
}

export function addWatch(pallet: Command, inSession: InSession): void {
  const watch = pallet
    .command('watch')
    .description('folders whose new files are sent by themselves')
    .addHelpText(
      'after',
      `
Files are taken while the app or “pallet serve” runs, and by “pallet due”. A file is taken when its size
and time stand still. What only a person can decide makes its run wait; “pallet runs --state waiting” shows it.`,
    )
  watch
    .command('add')
    .description('send what is put into a folder')
    .argument('<folder>')
    .option(
      '--connection <name>',
      'whose folder it is: an SFTP server, or a storage, of which the folder is CONTAINER/PREFIX (default: of this computer)',
    )
    .requiredOption('--dataset <name>', 'kind of export; one file of it was sent before')
    .option('--pattern <pattern>', 'which files: * any characters, ? one', '*.csv')
    .addOption(
      new Option('--after <what>', 'what becomes of a file once it is delivered')
        .choices(AfterDelivery.options)
        .default('leave'),
    )
    .option(
      '--marker <ending>',
      'take sales.csv only when there is a file of that name with this ending, such as sales.csv.done',
    )
    .option('--by <hh:mm>', 'a file should have come by then; else it is said to be late', time)
    .option('--days <days>', 'on which days: Mon,Tue,Fri (default: every day)', dayList)
    .addOption(
      new Option('--zone <zone>', 'whose clock --by means').argParser(zone).default(ownZone()),
    )
    .action(
      (
        folder: string,
        { connection, dataset, pattern, after, marker, by, days = [...weekdays], zone }: AddOptions,
      ) =>
        inSession(async ({ core, output }) => {
          const input = {
            ...(connection === undefined ? {} : { connection }),
            folder: connection === undefined ? resolve(folder) : folder,
            pattern,
            dataset,
            after,
            marker: marker ?? null,
            expected: by === undefined ? null : { by, days, zone },
          }
          const { watch: added, files } = await core.watches.add(input)
          output.text(
            `${placeWords(added)} is watched: ${pattern} is sent as ${dataset}; ${afterWords(after)}.`,
            { event: 'watch', ...added },
          )
          output.note(
            files === 0
              ? 'No such file is there yet.'
              : `${plural(files, 'file')} that ${files === 1 ? 'is' : 'are'} there already will be sent, too; what was delivered before is recognised.`,
          )
        }),
    )
  watch
    .command('list')
    .description('the watched folders, and what is the matter with them')
    .action(() =>
      inSession(async ({ core, output }) => {
        const all = await core.watches.list()
        output.table(
          ['number', 'folder', 'files', 'dataset', 'after', 'expected', 'trouble'],
          all.map((one) => [
            String(one.id),
            placeWords(one),
            one.marker === null ? one.pattern : `${one.pattern} with ${one.marker}`,
            one.dataset,
            one.after,
            one.expected === null ? '' : expectedWords(one.expected),
            one.trouble?.what ?? (one.late === null ? '' : `no file for ${one.late}`),
          ]),
          all,
        )
      }),
    )
  watch
    .command('remove')
    .description('watch a folder no more; its files and runs stay')
    .argument('<number>', 'as “pallet watch list” says it', wholeNumber(1, 1_000_000_000))
    .action((id: number) =>
      inSession(async ({ core, output }) => {
        await core.watches.remove(id)
        output.text('That folder is watched no more.', { event: 'watch', id, removed: true })
      }),
    )
}
