import { type Command, Option } from 'commander'
import {
  type Meaning,
  type MeaningKind,
  meaningKinds,
} from '../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { columnList } from './grammar.ts'

const modes = ['append', 'replace'] as const

export interface MeaningOptions {
  meaning?: MeaningKind
  by?: string[]
  keys?: string[]
  mode?: (typeof modes)[number]
  remember?: boolean
}

/** How a command is told what a file is to the rows that are in the table. */
export function meaningGrammar(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--meaning <what>',
        'what the file is to the table: new rows (append), all of it (snapshot), the days or stores in it (slice), new and changed rows (upsert)',
      ).choices(meaningKinds),
    )
    .option('--by <columns>', 'for slice: the columns, as day or day,store', columnList)
    .option('--keys <columns>', 'for upsert: the columns that name a row', columnList)
    .addOption(
      new Option('--mode <mode>', 'append, or replace for the meaning snapshot')
        .choices(modes)
        .conflicts(['meaning', 'by', 'keys']),
    )
    .option('--remember', 'keep that meaning for the dataset; otherwise it is for this time only')
}

/** What was said of it; undefined: nothing, so that the dataset's memory counts. */
export function chosenMeaning({ meaning, by, keys, mode }: MeaningOptions): Meaning | undefined {
  if (mode !== undefined) return { kind: mode === 'append' ? 'append' : 'snapshot' }
  const kind = meaning ?? (by !== undefined ? 'slice' : keys !== undefined ? 'upsert' : undefined)
  if (by !== undefined && kind !== 'slice') throw misplaced('--by', 'slice')
  if (keys !== undefined && kind !== 'upsert') throw misplaced('--keys', 'upsert')
  switch (kind) {
    case undefined:
      return undefined
    case 'append':
    case 'snapshot':
      return { kind }
    case 'slice':
      if (by === undefined) throw missing('slice', '--by day')
      return { kind, by }
    case 'upsert':
      if (keys === undefined) throw missing('upsert', '--keys number')
      return { kind, keys }
  }
}

function misplaced(option: string, meaning: MeaningKind): Problem {
  return new Problem({
    code: 'usage',
    what: `${option} belongs to the meaning ${meaning} alone.`,
    did: 'Nothing was sent.',
    advice: `Leave it out, or say --meaning ${meaning}.`,
  })
}

function missing(meaning: MeaningKind, example: string): Problem {
  return new Problem({
    code: 'usage',
    what: `The meaning ${meaning} needs to know its columns.`,
    did: 'Nothing was sent.',
    advice: `For example: --meaning ${meaning} ${example}.`,
  })
}
