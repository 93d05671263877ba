/** What of a recipe and a contract an engine elsewhere would do differently, or does not know. It is refused, and never done nearly so. */
import { type Elsewhere, elsewhereNames } from './cleanOn.ts'
import {
  type Column,
  type Contract,
  type Dataset,
  type Place,
  lacksScale,
} from '../datasets/dataset.ts'
import { Problem } from '../problem.ts'
import type { Recipe, RecipeStep } from './recipe.ts'
import { stepInSentence } from './recipeWords.ts'
import { rowRuleWords } from '../rules/ruleWords.ts'

/** Throws `usage` for the first that it finds. */
export function refuseUnlike(
  engine: Elsewhere,
  steps: readonly { step: RecipeStep; index: number }[],
  contract: Contract,
): void {
  const name = elsewhereNames[engine]
  for (const { step, index } of steps) {
    const why = whyNotStep(step)
    if (why !== null)
      throw unlike(
        `${capital(stepInSentence(step, index))}, cannot be done in ${name} as it is done here: ${why}.`,
      )
  }
  const why = whyNotContract(engine, contract)
  if (why !== null) throw unlike(`The contract cannot be checked in ${name} as it is here: ${why}.`)
}

/** Throws `usage` where a run cannot have its records cleaned as its destination says. `systemOf`: what a connection is one of. */
export function refuseOtherPlace(
  { blob, warehouse }: Place,
  systemOf: (connection: string) => string,
): void {
  const { cleanOn, connection = '' } = warehouse ?? {}
  if (cleanOn === undefined) return
  const name = elsewhereNames[cleanOn]
  if (systemOf(connection) !== cleanOn)
    throw new Problem({
      code: 'usage',
      what: `The rows cannot be cleaned in ${name}, for the connection ${connection}, where their table is, is none of it.`,
      did: 'Nothing was sent.',
      advice: 'Choose a connection of it, or have the file cleaned on this computer.',
    })
  if (blob !== null)
    throw new Problem({
      code: 'usage',
      what: `Rows that are cleaned in ${name} do not come to this computer, so there is nothing to upload as a blob.`,
      did: 'Nothing was sent.',
      advice:
        'Leave the blob out (“No blob: only the table”, or “--no-blob”), or have the file cleaned on this computer.',
    })
}

/** Throws `usage` where what the rows of a dataset are held to cannot be done alike there; `chosen`: for a file, in place of the dataset's. */
export function refuseHeldTo(
  engine: Elsewhere,
  dataset: Pick<Dataset, 'contract' | 'recipe'> | null,
  chosen: { columns?: readonly Column[] | undefined; steps?: Recipe | undefined } = {},
): void {
  const contract = dataset?.contract ?? null
  if (dataset === null || contract === null) throw noContractThere(engine)
  const steps = [...(chosen.steps ?? dataset.recipe).entries()]
    .filter(([, { off }]) => off !== true)
    .map(([index, step]) => ({ step, index }))
  refuseUnlike(engine, steps, { ...contract, columns: [...(chosen.columns ?? contract.columns)] })
}

/** Nothing is learnt from records that are cleaned elsewhere. */
export const noContractThere = (engine: Elsewhere): Problem =>
  new Problem({
    code: 'usage',
    what: `What the rows are held to in ${elsewhereNames[engine]} has to be known before, for nothing is learnt from a file there: not what its columns are, nor what new ones hold.`,
    did: 'Nothing was sent.',
    advice: 'Have a first file cleaned on this computer; the files after it can be cleaned there.',
  })

const unlike = (what: string): Problem =>
  new Problem({
    code: 'usage',
    what,
    did: 'Nothing was written.',
    advice: 'Have the file cleaned on this computer, or change the recipe or the contract.',
  })

const capital = (sentence: string): string => sentence.slice(0, 1).toUpperCase() + sentence.slice(1)

const byFormula = 'formulas are worked on this computer only'
const asPivot = 'rows that are made of others are accounted for on this computer only'

/** As the end of a sentence; null: it is done alike. */
function whyNotStep(step: RecipeStep): string | null {
  switch (step.kind) {
    case 'trim':
    case 'collapse-spaces':
    case 'map-values':
    case 'empty-tokens':
    case 'unwrap-formulas':
    case 'fill':
    case 'hash':
    case 'mask':
    case 'redact':
    case 'split':
    case 'merge':
    case 'rename':
    case 'remove':
    case 'reorder':
    case 'drop-blank-rows':
    case 'drop-total-rows':
    case 'drop-repeated-headers':
      return null
    case 'case':
      return 'some letters, such as ß, become others there'
    case 'replace':
      return step.pattern === true || step.ignoreCase === true
        ? 'what a pattern finds differs there'
        : null
    case 'round':
      return 'its numbers are rounded differently'
    case 'round-dates':
      return 'its dates are written differently'
    case 'parse-date':
    case 'parse-number':
    case 'parse-boolean':
      return 'its forms are read on this computer only'
    case 'tokenise':
      return 'the key of tokens does not leave this computer'
    case 'look-up':
      return 'the table that it looks up in is not there'
    case 'derive':
    case 'drop-rows':
    case 'keep-rows':
      return byFormula
    case 'drop-duplicates':
      return step.by === undefined ? null : byFormula
    case 'pivot-longer':
    case 'pivot-wider':
      return asPivot
  }
}

function whyNotContract(
  engine: Elsewhere,
  { columns, rules = [], rows, whole = [] }: Contract,
): string | null {
  for (const column of columns) {
    const why = whyNotColumn(engine, column)
    if (why !== null) return `“${column.label}” ${why}`
  }
  const labelOf = (name: string): string =>
    columns.find((column) => column.name === name)?.label ?? name
  for (const rule of rules) {
    const words = `the rule “${rowRuleWords(rule, labelOf)}”`
    if (rule.kind === 'formula') return `${words} has a formula, and ${byFormula}`
    if (rule.kind === 'foreign') return `${words} asks another dataset, which is not there`
    if (rule.severity !== undefined) return `${words} ${notOnlyHolds}`
  }
  if (rows !== undefined || whole.length > 0)
    return 'it has rules about the file as a whole, which a run asks about on this computer'
  return null
}

const notOnlyHolds = 'warns or stops, and elsewhere rows can only be held back'

/** As the end of a sentence about the column. */
function whyNotColumn(engine: Elsewhere, column: Column): string | null {
  if (column.type === 'time') return 'has times of day, for which not every engine has a type'
  if (lacksScale(column))
    return 'has numbers of which nobody has said how many digits they keep: clean one file here first'
  if (Object.keys(column.severity ?? {}).length > 0) return `has a rule that ${notOnlyHolds}`
  const { pattern, min, max } = column
  const bounds = [min, max].map((bound) => (typeof bound === 'number' ? String(bound) : ''))
  if (bounds.some((bound) => bound.includes('e')))
    return 'has a bound of so many digits that it would be rounded there'
  if (pattern === undefined) return null
  return whyNotPattern[engine](pattern)
}

const inJava = (pattern: string): string | null =>
  isReadAlikeByJava(pattern) ? null : 'has a pattern that Java reads differently'

const whyNotPattern: Readonly<Record<Elsewhere, (pattern: string) => string | null>> = {
  spark: inJava,
  databricks: inJava,
  snowflake: () => 'has a pattern, and what it fits was not tried in Snowflake',
}

/**
 * Whether a pattern of the subset that `patternFault` allows is the same to Java, where it has to fit a whole cell: Java's `\s` has one
 * character more, `\b` knows letters of all scripts, `$` also stands before a last line end, and in a set `[` and `&&` have a
 * meaning. Elsewhere than in a quantifier its `{` is an error.
 */
export function isReadAlikeByJava(pattern: string): boolean {
  // Pairs first, so that a backslash that is itself written so makes nothing special of what follows.
  const plain = pattern.replaceAll(/\\[^sSbB]/g, 'x')
  return !/\\|\$(?!$)|\{(?![0-9]+(,[0-9]*)?\})|\[[^\]]*(\[|&&)/.test(plain)
}
