/** What a person should look at before a file is sent, each with the way to its rows and to what mends it. */
import type { Check } from '../../../shared/domain/files/check.ts'
import { checkSentences } from '../../../shared/domain/files/check.ts'
import type { LookFilter } from '../../../shared/domain/files/look.ts'
import { undecidedOrder } from '../../../shared/domain/columns/columnDoubts.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import type { Profile } from '../../../shared/domain/files/profile.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { wordsOf } from './columnTypes.ts'

export interface Trouble {
  sentence: string
  /** The rows that it is about; null: it is about no rows, or about all. */
  filter: LookFilter | null
  /** The cell that is worst, which steps may mend; null: there is none. */
  cell: { label: string; value: string } | null
}

/** In the order of their weight. `fresh`: doubts about how the file is read, and about its columns. `isChanged`: steps were written, of which the first rows know nothing. */
export function troublesOf(
  check: Check | null,
  fresh: readonly string[],
  preview: Pick<Preview, 'columnDoubts' | 'undecided'>,
  profile: Profile | null,
  isChanged: boolean,
): Trouble[] {
  const misfits = (profile?.columns ?? []).flatMap((known): (Trouble & { label: string })[] => {
    const { column, filled, fits } = known
    const [worst] = known.misfits
    const { label } = column
    if (filled === fits || worst === undefined) return []
    const such = `such as “${worst.value.slice(0, 40)}” in line ${formatCount(worst.line)}`
    return [
      {
        label,
        sentence: `“${label}”: ${formatCount(filled - fits)} of ${plural(filled, 'value')} do not fit its type, ${wordsOf(column)}, ${such}.`,
        filter: { kind: 'misfit', column: label },
        cell: { label, value: worst.value },
      },
    ]
  })
  // Of the whole file it is better known than of its first rows.
  const counted = new Set(
    preview.columnDoubts.flatMap(({ label, sentence }) =>
      (isChanged && profile !== null) || misfits.some((misfit) => misfit.label === label)
        ? [sentence]
        : [],
    ),
  )
  // They are questions of their own.
  const asked = new Set(preview.undecided.map(undecidedOrder))
  const hints = (profile?.hints ?? []).filter((hint) => !asked.has(hint))
  const said = (sentence: string): Trouble => ({ sentence, filter: null, cell: null })
  return [
    ...(check === null ? [] : checkSentences(check)).map((sentence): Trouble => ({
      sentence,
      filter: { kind: 'held' },
      cell: null,
    })),
    ...misfits.map(({ sentence, filter, cell }) => ({ sentence, filter, cell })),
    ...[...new Set([...fresh.filter((one) => !counted.has(one)), ...hints])].map(said),
  ]
}
