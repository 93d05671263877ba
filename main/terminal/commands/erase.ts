import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { EraseInput, foundWords, placeWords } from '../../../shared/domain/privacy/erasure.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { type ExitCode, exitCodes } from '../exitCodes.ts'
import { findDataset } from '../findDataset.ts'
import type { InSession, Session } from '../session.ts'

interface EraseOptions {
  column: string
  yes?: boolean
}

export function addErase(pallet: Command, inSession: InSession): void {
  pallet
    .command('erase')
    .description('take a person out of tables, blobs and held-back rows (right to erasure)')
    .argument('<dataset>')
    .requiredOption('--column <column>', 'by which the person is found')
    .option('--yes', 'take it out; without it, it is only said where the person is')
    .addHelpText(
      'after',
      `
The values are read from standard input, one a line, so that none stands in the list of processes or in the history of the
shell:  pallet erase customers --column email < person.txt   then again with --yes. Cut off, it goes on when it is told again.`,
    )
    .action((dataset: string, options: EraseOptions) =>
      inSession((session) => eraseCommand(session, dataset, options)),
    )
}

async function eraseCommand(
  session: Session,
  name: string,
  { column, yes = false }: EraseOptions,
): Promise<ExitCode> {
  const { core, output, signal } = session
  await findDataset(core, name)
  if (process.stdin.isTTY) output.note('The values, one a line; Ctrl-D ends them:')
  const values = (await text(process.stdin)).split('\n').map((line) => line.trim())
  const asked = EraseInput.safeParse({
    dataset: name,
    column,
    values: values.filter((value) => value !== ''),
  })
  if (!asked.success)
    throw new Problem({
      code: 'usage',
      what: 'No value was given by which a person could be found, or more than a hundred.',
      did: 'Nothing was looked for.',
      advice: `Write it to standard input: “pallet erase ${name} --column ${column} < person.txt”.`,
    })
  const found = await core.erasures.find(asked.data, signal)
  for (const place of found.places) output.note(placeWords(place))
  for (const sentence of found.unreached) output.note(`Not reached: ${sentence}`)
  if (!yes) {
    output.text(
      `Found: ${foundWords(found)}. Nothing was changed; --yes takes it out, and it cannot be had back.`,
      {
        event: 'found',
        ...found,
      },
    )
    return exitCodes.succeeded
  }
  const erasure = await core.erasures.erase(asked.data, signal)
  output.text(
    `Erased: ${foundWords(erasure)}; ${plural(erasure.unreached.length, 'place')} not reached. Protocol ${erasure.id}, in the folder “erasures” of the home.`,
    { event: 'erased', ...erasure },
  )
  return exitCodes.succeeded
}
