/** With which columns a file is sent, where something was said of them. */
import { InvalidArgumentError } from 'commander'
import {
  type ColumnChoice,
  choiceOfRules,
  unitOf,
} from '../../shared/domain/columns/columnChoice.ts'
import {
  type Column,
  ColumnType,
  type Dataset,
  columnTypes,
  rememberedBy,
} from '../../shared/domain/datasets/dataset.ts'
import { readHeader } from '../../shared/domain/columns/header.ts'
import type { HeaderMap } from '../../shared/domain/columns/headerMap.ts'
import type { Preview } from '../../shared/domain/files/preview.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Reading } from '../../shared/domain/files/reading.ts'
import { findColumn } from '../../shared/domain/recipe/recipeFit.ts'
import { madeLabels, sentColumns } from '../../shared/domain/columns/sentColumns.ts'
import type { PersonalChoices } from './personal.ts'
import type { CommandCore } from './session.ts'

/** By label or name of the column. */
export type TypeChoices = Readonly<Record<string, ColumnChoice>>

const typeForms =
  'COLUMN=TYPE is expected, where the type is one of ' +
  `${columnTypes.join(', ')}; with “date:dmy” (or mdy, ymd) and “decimal:,” (or .) it says how they are written, with “decimal:,€” or “integer:%” the unit they carry, and with “decimal:()” that a minus may stand at the end or brackets for it.`

/** For an option that may be given several times. */
export function parseType(text: string, before: TypeChoices = {}): TypeChoices {
  const [, column = '', word, how] = /^(.+)=([a-z]+)(?::(.+))?$/u.exec(text) ?? []
  const type = ColumnType.safeParse(word)
  const choice = type.success ? choiceOf(type.data, how) : null
  if (choice === null) throw new InvalidArgumentError(typeForms)
  return { ...before, [column]: choice }
}

function choiceOf(type: ColumnType, how: string | undefined): ColumnChoice | null {
  if (how === undefined) return { type }
  if (type === 'decimal' || type === 'integer') {
    const [, mark, word = ''] = /^([.,]?)(.*)$/u.exec(how) ?? []
    const unit = unitOf(word)
    if (word === '' ? type === 'integer' : unit === undefined) return null
    return {
      type,
      ...(mark === '.' || mark === ',' ? { decimalMark: mark } : {}),
      ...(unit === undefined ? {} : { unit }),
    }
  }
  if (
    (how === 'dmy' || how === 'mdy' || how === 'ymd') &&
    (type === 'date' || type === 'timestamp')
  )
    return { type, order: how }
  return null
}

/** The columns a file is sent with when a type was chosen: as in the window, what was not chosen stays. */
export async function chosenColumns(
  core: CommandCore,
  source: string,
  said: { type?: TypeChoices; personal?: PersonalChoices; map?: HeaderMap },
  reading: Reading | null,
  dataset: Dataset | null,
  signal: AbortSignal,
): Promise<Column[]> {
  const preview = await core.sources.preview(
    { source, rows: 200, ...(reading === null ? rememberedBy(dataset) : { reading }) },
    signal,
  )
  const labels = preview.columns.map(({ label }) => label)
  const under = { dataset, map: readHeader(dataset, labels, said.map, []).map, steps: null }
  const made = madeLabels(preview.columns, under)
  const choices: Record<string, ColumnChoice> = {}
  const inFile = (wanted: string): Column | undefined =>
    preview.columns.find(({ label, name }) => label === wanted || name === wanted)
  for (const [wanted, choice] of Object.entries(said.type ?? {})) {
    const column = inFile(wanted)
    if (column === undefined && made.includes(wanted)) {
      choices[wanted] = asWrittenHere(choice, preview.columns)
      continue
    }
    if (column === undefined) throw noColumn(preview, wanted, made)
    const offer = preview.offers[column.label]
    choices[column.label] = asWrittenHere(choice, [
      ...(offer ? [offer] : []),
      column,
      ...preview.columns,
    ])
  }
  for (const [wanted, personal] of Object.entries(said.personal ?? {})) {
    const column = inFile(wanted)
    if (column === undefined) throw noColumn(preview, wanted, [])
    const known = findColumn(dataset?.contract?.columns ?? [], column.label)
    if (dataset !== null && known?.personal !== undefined)
      throw new Problem({
        code: 'usage',
        what: `What becomes of “${column.label}” is decided for all files of ${dataset.name}.`,
        did: 'Nothing was sent.',
        advice: `“pallet datasets columns ${dataset.name} --personal” changes it.`,
      })
    choices[column.label] = {
      ...(choices[column.label] ?? choiceOfRules(known ?? column)),
      personal,
    }
  }
  return sentColumns(preview.columns, under, choices)
}

function noColumn({ name, columns }: Preview, wanted: string, made: readonly string[]): Problem {
  return new Problem({
    code: 'usage',
    what: `${name} has no column “${wanted}”.`,
    did: 'Nothing was sent.',
    advice: `Its columns are ${[...columns.map(({ label }) => label), ...made].map((label) => `“${label}”`).join(', ')}.`,
  })
}

/** What was left open of a choice: as the first of those that say it is written. */
function asWrittenHere(choice: ColumnChoice, here: readonly ColumnChoice[]): ColumnChoice {
  switch (choice.type) {
    case 'decimal': {
      const seen = here.find(({ decimalMark }) => decimalMark !== undefined)
      return { ...choice, decimalMark: choice.decimalMark ?? seen?.decimalMark ?? '.' }
    }
    case 'date':
    case 'timestamp': {
      const seen = here.find(({ order }) => order !== undefined)
      return { ...choice, order: choice.order ?? seen?.order ?? 'ymd' }
    }
    case 'text':
    case 'integer':
    case 'boolean':
    case 'time':
    case 'duration':
      return choice
  }
}
