/** Whether a recipe fits the columns of a file, and what columns each of its steps finds and leaves. */
import { FormulaFault } from './formula.ts'
import { type Checked, checkFormula } from './formulaCheck.ts'
import { parseFault } from '../cells/parsedCells.ts'
import { patternFault, replacementFault } from '../cells/pattern.ts'
import { type Recipe, type RecipeStep, type StepOf, withIds } from './recipe.ts'
import { stepInSentence } from './recipeWords.ts'

/** A column on its way through the recipe: `id` stays, counted from 1 as the file has them and then as steps make them. */
export interface ShapedColumn {
  id: number
  label: string
}

export interface FittedStep {
  step: RecipeStep & { id: string }
  /** Its place in the recipe, from 0. */
  index: number
  /** The columns that it changes or reads, in its own order; every column where it names none. */
  on: ShapedColumn[]
  /** The columns that it makes. */
  makes: ShapedColumn[]
  formula: Checked<ShapedColumn> | null
  before: readonly ShapedColumn[]
  after: readonly ShapedColumn[]
}

export interface RecipeFault {
  /** The place of the step in the recipe, from 0. */
  index: number
  /** Of a formula: where in it, from 0. */
  at?: number
  sentence: string
}

/** The steps that are on, or the first that does not fit. */
export function fitRecipe(
  recipe: Recipe,
  labels: readonly string[],
): { steps: FittedStep[]; fault: null } | { steps: FittedStep[]; fault: RecipeFault } {
  const file = labels.map((label, index) => ({ id: index + 1, label }))
  const steps: FittedStep[] = []
  let nextId = file.length + 1
  for (const [index, step] of withIds(recipe).entries()) {
    if (step.off === true) continue
    const before = steps.at(-1)?.after ?? file
    try {
      if (isPivot(step) && steps.some((one) => isPivot(one.step)))
        throw new Misfit('a step before it has turned the table, and it can be turned once.')
      const fitted = fit(step, before, file, nextId)
      nextId += fitted.makes.length
      steps.push({ step, index, before, ...fitted })
      for (const column of keysTogether(steps))
        if (!fitted.after.some(({ id }) => id === column.id))
          throw new Misfit(
            `“${column.label}” is a key by which a step before it puts rows together, and must stay.`,
          )
    } catch (thrown) {
      if (!(thrown instanceof Misfit || thrown instanceof FormulaFault)) throw thrown
      const at = thrown instanceof FormulaFault ? { at: thrown.at } : {}
      const sentence = `${stepInSentence(step, index)}: ${thrown.message}`
      return { steps, fault: { index, sentence, ...at } }
    }
  }
  return { steps, fault: null }
}

/** Whether a step makes records of others, so that those behind it are not those of the file. */
export function isPivot(step: RecipeStep): step is StepOf<'pivot-longer' | 'pivot-wider'> {
  return step.kind === 'pivot-longer' || step.kind === 'pivot-wider'
}

/** The columns by which the steps put rows together; none where no step does. */
export function keysTogether(steps: readonly FittedStep[]): ShapedColumn[] {
  return steps.flatMap(({ step, on }) =>
    step.kind === 'pivot-wider' ? on.slice(0, step.keys.length) : [],
  )
}

/** The columns that the steps leave. */
export function shapedLabels(labels: readonly string[], steps: readonly FittedStep[]): string[] {
  return steps.at(-1)?.after.map(({ label }) => label) ?? [...labels]
}

class Misfit extends Error {}

type Fit = Pick<FittedStep, 'on' | 'makes' | 'formula' | 'after'>

function fit(
  step: RecipeStep,
  before: readonly ShapedColumn[],
  file: readonly ShapedColumn[],
  nextId: number,
): Fit {
  const found = (label: string): ShapedColumn => {
    const column = findColumn(before, label)
    if (column !== null) return column
    throw new Misfit(`there is no column “${label}”${aboutMissing(label, before, file)}.`)
  }
  const all = (wanted: readonly string[] | undefined): ShapedColumn[] => {
    const on = wanted?.map(found) ?? [...before]
    const twice = on.find((column, index) => on.indexOf(column) !== index)
    if (twice !== undefined) throw new Misfit(`“${twice.label}” stands twice in it.`)
    return on
  }
  const formula = (text: string, type: Checked<ShapedColumn>['type'] | null): Fit['formula'] => {
    const checked = checkFormula(text, (label) => findColumn(before, label))
    if (type !== null && checked.type !== type)
      throw new FormulaFault('The formula must say yes or no, such as [Store] = "S1".', 0)
    return checked
  }
  /** New columns in the place of others. */
  const inPlaceOf = (old: readonly ShapedColumn[], labels: readonly string[]): Fit => {
    const [place] = old
    const kept = before.filter((column) => !old.includes(column))
    const makes = labels.map((label, nth) => ({ id: nextId + nth, label: label.trim() }))
    for (const [nth, { label }] of makes.entries()) {
      const others = [...kept, ...makes.slice(0, nth)]
      if (label === '') throw new Misfit('a new column has no name.')
      if (others.some((other) => folded(other.label) === folded(label)))
        throw new Misfit(`there would be two columns “${label}”.`)
    }
    const at = place === undefined ? before.length : before.indexOf(place)
    const after = [...before]
    after.splice(at, place === undefined ? 0 : 1, ...makes)
    const left = after.filter((column) => !old.includes(column))
    return { on: [...old], makes, formula: null, after: left }
  }
  const same = { makes: [], formula: null, after: before }
  switch (step.kind) {
    case 'trim':
    case 'collapse-spaces':
    case 'case':
    case 'map-values':
    case 'empty-tokens':
    case 'round':
    case 'round-dates':
    case 'hash':
    case 'tokenise':
    case 'mask':
    case 'redact':
      return { ...same, on: all(step.columns) }
    case 'replace': {
      const fault =
        step.pattern === true
          ? (patternFault(step.find) ?? replacementFault(step.find, step.with))
          : null
      if (fault !== null) throw new Misfit(fault)
      return { ...same, on: all(step.columns) }
    }
    case 'parse-date':
    case 'parse-number':
    case 'parse-boolean': {
      const fault = parseFault(step)
      if (fault !== null) throw new Misfit(fault)
      return { ...same, on: all(step.columns) }
    }
    case 'fill': {
      const on = all(step.columns)
      return step.with.kind === 'column'
        ? { ...same, on: [...on, found(step.with.column)] }
        : { ...same, on }
    }
    case 'unwrap-formulas':
    case 'drop-blank-rows':
    case 'drop-total-rows':
      return { ...same, on: [...before] }
    case 'drop-repeated-headers':
      if (before.length !== file.length || before.some((column, nth) => column !== file[nth]))
        throw new Misfit(
          'a header is looked for as the file writes it, so this step must stand before those that rename, make, remove or move columns.',
        )
      return { ...same, on: [...before] }
    case 'split':
      return inPlaceOf([found(step.column)], step.into)
    case 'merge':
      return inPlaceOf(all(step.columns), [step.into])
    case 'look-up': {
      const on = all(step.keys.map(({ column }) => column))
      return {
        ...inPlaceOf(
          [],
          step.take.map(({ into }) => into),
        ),
        on,
      }
    }
    case 'derive': {
      const made = formula(step.formula, null)
      const there = findColumn(before, step.into)
      return there === null
        ? { ...inPlaceOf([], [step.into]), formula: made }
        : { ...same, on: [there], formula: made }
    }
    case 'rename': {
      const column = found(step.column)
      const to = step.to.trim()
      if (to === '') throw new Misfit('a column has no name.')
      if (before.some((other) => other !== column && folded(other.label) === folded(to)))
        throw new Misfit(`there would be two columns “${to}”.`)
      const after = before.map((other) => (other === column ? { ...other, label: to } : other))
      return { ...same, on: [column], after }
    }
    case 'remove': {
      const on = all(step.columns)
      const after = before.filter((column) => !on.includes(column))
      if (after.length === 0) throw new Misfit('no column would be left.')
      return { ...same, on, after }
    }
    case 'reorder': {
      const on = all(step.columns)
      return { ...same, on, after: [...on, ...before.filter((column) => !on.includes(column))] }
    }
    case 'pivot-longer': {
      const on = all(step.columns)
      return inPlaceOf(on, [step.names, step.values])
    }
    case 'pivot-wider': {
      const on = all([...step.keys, step.names, step.values])
      const other = before.find((column) => !on.includes(column))
      if (other !== undefined)
        throw new Misfit(
          `“${other.label}” is neither a key, nor has it the names or the values: make it a key, or remove it before.`,
        )
      return { ...inPlaceOf(on.slice(step.keys.length), step.columns), on }
    }
    case 'drop-duplicates': {
      const isByValue = step.keep === 'smallest' || step.keep === 'largest'
      if (isByValue !== (step.by !== undefined))
        throw new Misfit('what decides which record stays goes with “smallest” and “largest” only.')
      const by = step.by === undefined ? null : formula(step.by, null)
      return { ...same, on: all(step.keys), formula: by }
    }
    case 'drop-rows':
    case 'keep-rows':
      return { ...same, on: [], formula: formula(step.when, 'boolean') }
  }
}

/** As written, else the only one that is alike without regard to case and white space. */
export function findColumn<Column extends { label: string }>(
  columns: readonly Column[],
  label: string,
): Column | null {
  const exact = columns.find((column) => column.label === label)
  if (exact !== undefined) return exact
  const alike = columns.filter((column) => folded(column.label) === folded(label))
  return alike.length === 1 ? (alike[0] ?? null) : null
}

/** Labels are alike without regard to case and white space. */
export function folded(label: string): string {
  return label.replace(/\s+/gu, '').toLowerCase()
}

function aboutMissing(
  label: string,
  before: readonly ShapedColumn[],
  file: readonly ShapedColumn[],
): string {
  const was = findColumn(file, label)
  if (was === null) return ''
  const now = before.find(({ id }) => id === was.id)
  return now === undefined
    ? ', which a step before it takes away'
    : `; a step before it calls it “${now.label}”`
}
