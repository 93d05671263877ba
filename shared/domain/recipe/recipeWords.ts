/** Steps as people read them. */
import type { RecipeStep, StepKind, StepOf } from './recipe.ts'

/** What each kind of step is called where one is chosen. */
export const stepKindWords: Record<StepKind, string> = {
  trim: 'Trim',
  'collapse-spaces': 'Collapse spaces',
  case: 'Change case',
  replace: 'Replace',
  'map-values': 'Map values',
  'empty-tokens': 'Empty what says nothing',
  'unwrap-formulas': 'Unwrap formulas',
  fill: 'Fill empty cells',
  round: 'Round',
  'round-dates': 'Round dates',
  'parse-date': 'Parse dates',
  'parse-number': 'Parse numbers',
  'parse-boolean': 'Parse yes and no',
  hash: 'Hash',
  tokenise: 'Tokenise',
  mask: 'Mask',
  redact: 'Redact',
  split: 'Split a column',
  merge: 'Merge columns',
  'look-up': 'Look up in another dataset',
  derive: 'Derive a column',
  rename: 'Rename a column',
  remove: 'Remove columns',
  reorder: 'Move columns to the front',
  'pivot-longer': 'Pivot longer',
  'pivot-wider': 'Pivot wider',
  'drop-blank-rows': 'Drop blank rows',
  'drop-total-rows': 'Drop rows of totals',
  'drop-repeated-headers': 'Drop repeated headers',
  'drop-duplicates': 'Drop duplicates',
  'drop-rows': 'Drop rows',
  'keep-rows': 'Keep rows',
}

const caseWords = {
  upper: 'capital letters',
  lower: 'small letters',
  title: 'Capital First Letters',
}

/** What a step does, in one line; the name that a person gave it comes first where there is one. */
export function stepWords(step: RecipeStep): string {
  return step.name ?? doingWords(step)
}

/** `step 2, Trim every column`, `step 3, “our own stores”`. */
export function stepInSentence(step: RecipeStep, place: number): string {
  return `step ${place + 1}, ${step.name === undefined ? doingWords(step) : `“${step.name}”`}`
}

/** What a step does, whatever it is called. */
export function doingWords(step: RecipeStep): string {
  switch (step.kind) {
    case 'trim':
      return `Trim ${inColumns(step.columns)}`
    case 'collapse-spaces':
      return `Collapse spaces in ${inColumns(step.columns)}`
    case 'case':
      return `${list(step.columns)} in ${caseWords[step.to]}`
    case 'replace':
      return `Replace ${step.pattern === true ? 'the pattern ' : ''}“${step.find}” ${step.with === '' ? 'by nothing' : `by “${step.with}”`} in ${list(step.columns)}`
    case 'map-values': {
      const [first, ...more] = step.values
      const others = more.length === 0 ? '' : ` and ${more.length} more`
      const from = first?.from === '' ? 'empty cells' : `“${first?.from ?? ''}”`
      const to = first?.to === '' ? 'nothing' : `“${first?.to ?? ''}”`
      return `Map ${from} to ${to}${others} in ${list(step.columns)}`
    }
    case 'empty-tokens':
      return `Empty cells that say nothing in ${inColumns(step.columns)}`
    case 'unwrap-formulas':
      return 'Unwrap what a spreadsheet keeps as text'
    case 'fill':
      return `Fill ${list(step.columns)} ${fillWords(step)}`
    case 'round':
      return `Round ${list(step.columns)} to ${step.digits === 1 ? '1 digit' : `${step.digits} digits`}`
    case 'round-dates':
      return `Dates in ${list(step.columns)} to the ${step.to === 'day' ? 'day' : `first day of the ${step.to}`}`
    case 'parse-date': {
      const forms = step.formats.map((format) => `“${format}”`).join(' or ')
      return `Read dates in ${list(step.columns)} as ${forms}`
    }
    case 'parse-number': {
      const unit = step.unit === undefined ? '' : ` in ${step.unit}`
      return `Read numbers${unit} in ${list(step.columns)} with “${step.decimalMark}” before the fraction`
    }
    case 'parse-boolean':
      return `Read yes and no in ${list(step.columns)} as ${step.trueWords.join(', ')} and ${step.falseWords.join(', ')}`
    case 'hash':
      return `Hash ${list(step.columns)}`
    case 'tokenise':
      return `Tokenise ${list(step.columns)}`
    case 'mask':
      return `Mask ${list(step.columns)}${step.keep === 0 ? '' : ` but the last ${step.keep}`}`
    case 'redact':
      return `Redact ${list(step.columns)} as “${step.with}”`
    case 'split':
      return `Split “${step.column}” at “${step.at}” into ${list(step.into)}`
    case 'merge':
      return `Merge ${list(step.columns)} into “${step.into}”`
    case 'look-up':
      return `Look up ${list(step.take.map(({ into }) => into))} in ${step.dataset} by ${list(step.keys.map(({ column }) => column))}${unmatchedWords(step)}`
    case 'derive':
      return `“${step.into}” = ${step.formula}`
    case 'rename':
      return `Rename “${step.column}” to “${step.to}”`
    case 'remove':
      return `Remove ${list(step.columns)}`
    case 'reorder':
      return `${list(step.columns)} first`
    case 'pivot-longer':
      return `A row for each of ${list(step.columns)}, named in “${step.names}”, with its cell in “${step.values}”`
    case 'pivot-wider':
      return `One row for each ${list(step.keys)}, with the columns ${list(step.columns)} from “${step.names}” and “${step.values}”`
    case 'drop-blank-rows':
      return 'Drop blank rows'
    case 'drop-total-rows':
      return 'Drop rows that only sum up others'
    case 'drop-repeated-headers':
      return 'Drop headers that stand again in the file'
    case 'drop-duplicates':
      return `Drop duplicates ${step.keys === undefined ? 'that are equal in every cell' : `by ${list(step.keys)}`}${keptWords(step)}`
    case 'drop-rows':
      return `Drop rows where ${step.when}`
    case 'keep-rows':
      return `Keep rows where ${step.when}`
  }
}

function fillWords({ with: filling }: StepOf<'fill'>): string {
  switch (filling.kind) {
    case 'value':
      return `with “${filling.value}”`
    case 'above':
      return 'from above'
    case 'column':
      return `from “${filling.column}”`
  }
}

function unmatchedWords({ unmatched }: StepOf<'look-up'>): string {
  switch (unmatched.kind) {
    case 'empty':
      return ''
    case 'hold':
      return ', hold back what is not there'
    case 'value':
      return `, else “${unmatched.value}”`
  }
}

function keptWords({ keep = 'first', by }: StepOf<'drop-duplicates'>): string {
  return by === undefined ? `, keep the ${keep}` : `, keep the ${keep} ${by}`
}

function inColumns(columns: readonly string[] | undefined): string {
  return columns === undefined ? 'every column' : list(columns)
}

/** More columns than this are counted. */
const listed = 3

function list(labels: readonly string[]): string {
  const quoted = labels.slice(0, listed).map((label) => `“${label}”`)
  const more = labels.length - listed
  return quoted.join(', ') + (more > 0 ? ` and ${more} more` : '')
}
