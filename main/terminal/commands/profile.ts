import type { Command } from 'commander'
import type { ColumnProfile } from '../../../shared/domain/files/profile.ts'
import { inWords } from '../../../shared/domain/files/reading.ts'
import { madeWords } from '../../../shared/domain/fixing/fixing.ts'
import { formatCount, formatShare, plural } from '../../../shared/domain/sizes.ts'
import type { Output } from '../output.ts'
import { type DialectOptions, chosenReading, dialectGrammar, openLocation } from '../reading.ts'
import type { CommandCore, InSession } from '../session.ts'

interface ProfileOptions extends DialectOptions {
  dataset?: string
}

export function addProfile(pallet: Command, inSession: InSession): void {
  dialectGrammar(pallet.command('profile'))
    .description('what the columns of a whole export hold; sends nothing')
    .argument('<file>', 'a file, an https address, or - for standard input')
    .option('--dataset <name>', 'whose recipe and columns count')
    .action((file: string, options: ProfileOptions) =>
      inSession(({ core, output, signal }) => profileCommand(core, output, file, options, signal)),
    )
}

async function profileCommand(
  core: CommandCore,
  output: Output,
  location: string,
  { dataset, ...options }: ProfileOptions,
  signal: AbortSignal,
): Promise<void> {
  const { source } = await openLocation(core, location, 'standard input', signal)
  const reading = (await chosenReading(core, source, options, null, signal)) ?? undefined
  const profile = await core.runs.profile({ source, dataset, reading }, signal)
  const { detected, records, broken, dropped, profiled, columns } = profile
  const made = profiled + broken + dropped - records
  output.note(
    `${profile.name}: ${inWords(detected.reading)}; ${plural(records, 'row')}${madeWords({ made })} = ${formatCount(profiled)} below + ${formatCount(broken)} broken + ${formatCount(dropped)} dropped by the recipe`,
  )
  for (const doubt of [...detected.doubts, ...profile.hints]) output.note(`Please look: ${doubt}`)
  output.table(
    ['column', 'type', 'fits', 'filled', 'different', 'from', 'middle', 'to', 'most often', ''],
    columns.map((column) => rowOf(column)),
    [{ event: 'profile', ...profile }],
  )
}

const longest = 24

function rowOf(column: ColumnProfile): string[] {
  const { filled, empty, fits, distinct, spread, length, top, isKey, personal } = column
  const [first] = top
  const cut = (text: string): string =>
    text.length > longest ? `${text.slice(0, longest - 1)}…` : text
  return [
    cut(column.column.label),
    column.column.type,
    filled === 0 ? '' : formatShare(fits / filled),
    filled + empty === 0 ? '' : formatShare(filled / (filled + empty)),
    formatCount(distinct),
    spread?.min ?? (length === null ? '' : plural(length.min, 'character')),
    spread?.quantiles.p50 ?? '',
    spread?.max ?? (length === null ? '' : plural(length.max, 'character')),
    first === undefined || first.count === 1
      ? ''
      : `${cut(first.value)} (${formatCount(first.count)})`,
    [
      isKey ? 'key' : '',
      personal ?? '',
      spread !== null && spread.outliers.count > 0
        ? `${formatCount(spread.outliers.count)} far out`
        : '',
    ]
      .filter((word) => word !== '')
      .join(', '),
  ]
}
