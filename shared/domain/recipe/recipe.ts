/** The recipe: cleaning steps in their order, as they are stored, exported and shown. */
import { z } from 'zod'

/** Labels of columns, as the steps before have left them; found as written, else without regard to case and white space. */
const label = z.string().min(1)
const columns = z.array(label).min(1)

/**
 * Of every step. `id` names it in the account, so that two of one kind are two lines there (see `stepIds`); `name` is what a
 * person calls it; a step that is `off` is kept and does nothing.
 */
const ofEvery = {
  id: z.string().min(1).optional(),
  name: z.string().min(1).max(100).optional(),
  off: z.boolean().optional(),
}
function step<Kind extends string, Fields extends z.ZodRawShape>(kind: Kind, fields: Fields) {
  return z.object({ kind: z.literal(kind), ...ofEvery, ...fields })
}

/** Cells that are replaced as a whole; '' empties the cell. */
const MappedValue = z.object({ from: z.string().min(1), to: z.string() })

/** With what empty cells are filled: one value, the last filled cell above, or the cell of another column. */
const FillWith = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), value: z.string().min(1) }),
  z.object({ kind: z.literal('above') }),
  z.object({ kind: z.literal('column'), column: label }),
])

/** The cell that is looked for, and the column of the other dataset's table in which it is, by its name there. */
const SoughtBy = z.object({ column: label, in: z.string().min(1) })
/** A column of the other dataset's table, by its name there, and what it is called here. */
const Taken = z.object({ column: z.string().min(1), into: label })

/** What becomes of a row whose keys the other dataset does not have. */
const Unmatched = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('empty') }),
  z.object({ kind: z.literal('hold') }),
  z.object({ kind: z.literal('value'), value: z.string().min(1) }),
])

/** Which of the records with equal keys stays: by their order in the file, or by the value of a formula. */
const Keep = z.enum(['first', 'last', 'smallest', 'largest'])

/** One cleaning step. Steps run in the order of the recipe. Without `columns`, a step is for every column. */
export const RecipeStep = z.discriminatedUnion('kind', [
  /** Cut white space (including no-break spaces and tabs) from both ends of every cell. */
  step('trim', { columns: columns.optional() }),
  /** White space inside of a cell, however much, becomes one space. */
  step('collapse-spaces', { columns: columns.optional() }),
  step('case', { columns, to: z.enum(['upper', 'lower', 'title']) }),
  /**
   * Every place where `find` stands becomes `with`; `\1` in it is the first group. `pattern`: `find` is a regular expression of
   * the subset that every engine shares (see `patternFault`). `whole`: only where it is the whole cell.
   */
  step('replace', {
    columns,
    find: z.string().min(1),
    with: z.string(),
    pattern: z.boolean().optional(),
    whole: z.boolean().optional(),
    ignoreCase: z.boolean().optional(),
  }),
  step('map-values', { columns, values: z.array(MappedValue).min(1).max(2000) }),
  /** Cells that say nothing ("N/A", "-", "NULL") become empty. Compared without regard to case. */
  step('empty-tokens', { tokens: z.array(z.string()), columns: columns.optional() }),
  /** Excel's `="00123"` wrapper and leading `'` come off. */
  step('unwrap-formulas', {}),
  step('fill', { columns, with: FillWith }),
  /** Numbers are rounded, half away from zero; what is no number stays as it is, for the contract to judge. */
  step('round', {
    columns,
    digits: z.int().min(0).max(9),
    decimalMark: z.enum(['.', ',']).optional(),
  }),
  /**
   * Dates become the first day of what they are rounded to (a week begins on Monday), in the order in which they are written;
   * times behind them are left out. What is no date stays as it is, for the contract to judge.
   */
  step('round-dates', {
    columns,
    to: z.enum(['day', 'week', 'month', 'quarter', 'year']),
    order: z.enum(['dmy', 'mdy', 'ymd']).optional(),
  }),
  /**
   * Dates, times and timestamps in one of the forms (`dateFormat.ts`), as `2026-01-11`, `10:30:00`, `2026-01-11 10:30:00`, with a `Z`
   * where the forms have a time zone. A cell that is written in none of them, or that two of them read differently, holds its
   * record back. `twoDigitYearsFrom`: the first of the hundred years that `yy` stands for; absent: 1970.
   */
  step('parse-date', {
    columns,
    formats: z.array(z.string().min(1).max(100)).min(1).max(10),
    twoDigitYearsFrom: z.int().min(1000).max(9900).optional(),
  }),
  /**
   * Numbers, as `-1234.5`. A minus may stand before or behind, and brackets for it; `unit` is left out. A cell that is not written
   * so holds its record back.
   */
  step('parse-number', {
    columns,
    decimalMark: z.enum(['.', ',']),
    /** Absent: digits are not parted into groups. */
    groupMark: z.enum(['.', ',', ' ', "'"]).optional(),
    /** Of an amount; a currency may be missing in a cell, another unit may not. */
    unit: z
      .string()
      .min(1)
      .max(8)
      .regex(/^[^0-9+(),'"\\^[\]\s-]+$/u)
      .optional(),
  }),
  /** `true` for one of the first words, `false` for one of the others, without regard to case; any other cell holds its record back. */
  step('parse-boolean', {
    columns,
    trueWords: z.array(z.string().min(1).max(100)).min(1).max(100),
    falseWords: z.array(z.string().min(1).max(100)).min(1).max(100),
  }),
  /** SHA-256 of the cell, in lower-case hexadecimal. Equal cells stay equal; short values can be guessed. */
  step('hash', { columns }),
  /**
   * HMAC-SHA-256 of the cell with the key of this home, in lower-case hexadecimal. Equal cells stay equal, in every file; without
   * the key nobody can try out values. `key`: the id of the key that it was made for; absent: whichever this home has.
   */
  step('tokenise', {
    columns,
    key: z
      .string()
      .regex(/^[0-9a-f]{12}$/)
      .optional(),
  }),
  /** All but the last `keep` characters become `*`; a cell that is not longer becomes all `*`. */
  step('mask', { columns, keep: z.int().min(0).max(20) }),
  /** Filled cells become one word. */
  step('redact', { columns, with: z.string().min(1) }),
  /** A column becomes several: cut where `at` stands; what is left goes into the last. */
  step('split', { column: label, at: z.string().min(1), into: columns }),
  /** Several columns become one, in the place of the first; empty cells leave out their `between`. */
  step('merge', { columns: z.array(label).min(2), between: z.string(), into: label }),
  /**
   * Columns from the table of another dataset: those of the row that has the same keys, each compared as the text that it is. A row
   * for which several rows say different things is held back.
   */
  step('look-up', {
    dataset: z.string().min(1),
    keys: z.array(SoughtBy).min(1).max(8),
    take: z.array(Taken).min(1).max(100),
    unmatched: Unmatched,
  }),
  /** A column from a formula (`docs/formulas.md`); one that is there is overwritten. */
  step('derive', { into: label, formula: z.string().min(1) }),
  step('rename', { column: label, to: label }),
  step('remove', { columns }),
  /** These come first, the others after them as they stood. */
  step('reorder', { columns }),
  /**
   * Of each record one for each of the columns: its label stands in the column `names`, its cell in the column `values`; the other
   * cells stand in all of them.
   */
  step('pivot-longer', { columns, names: label, values: label }),
  /**
   * The records that are equal in the `keys` become one, with a column for each of `columns`: in it stands the cell of `values` of the
   * record in which `names` says its label. `unknown`: whether a record that says another label holds back all of its key, or is dropped.
   */
  step('pivot-wider', {
    keys: columns,
    names: label,
    values: label,
    columns: columns.max(1000),
    unknown: z.enum(['hold', 'drop']),
  }),
  /** Records whose every cell is empty. */
  step('drop-blank-rows', {}),
  /** Records that only sum up others: a cell says "Total", "Sum", "Summe" … and the key cells are empty. */
  step('drop-total-rows', { words: z.array(z.string()) }),
  /** Header rows repeated in the middle of a file (pages glued together). */
  step('drop-repeated-headers', {}),
  /** Records that are equal in the `keys` (else in every cell) to one that stays. Records of which every key is empty all stay. */
  step('drop-duplicates', {
    keys: columns.optional(),
    keep: Keep.optional(),
    /** For `smallest` and `largest`: the formula whose value decides. */
    by: z.string().min(1).optional(),
  }),
  /** Records for which the formula is true. */
  step('drop-rows', { when: z.string().min(1) }),
  /** Records for which the formula is false. */
  step('keep-rows', { when: z.string().min(1) }),
])
export type RecipeStep = z.infer<typeof RecipeStep>
export type StepKind = RecipeStep['kind']
export type StepOf<Kind extends StepKind> = Extract<RecipeStep, { kind: Kind }>

export const Recipe = z.array(RecipeStep).refine(
  (steps) => {
    const given = steps.flatMap((one) => one.id ?? [])
    return new Set(given).size === given.length
  },
  { error: 'Two steps of the recipe have the same id.' },
)
export type Recipe = z.infer<typeof Recipe>

/** Steps that a person chose for one file in place of its dataset's, and whether these are for the files to come, too. */
export const ChosenRecipe = z.object({ steps: Recipe, keep: z.boolean() })
export type ChosenRecipe = z.infer<typeof ChosenRecipe>

/**
 * The ids of a recipe's steps, in order. A step without one (as older recipes were stored) has its
 * kind, the second of a kind `drop-total-rows-2`: the same each time the recipe is read.
 */
export function stepIds(recipe: Recipe): string[] {
  const taken = new Set(recipe.flatMap((one) => one.id ?? []))
  return recipe.map((one) => {
    if (one.id !== undefined) return one.id
    let free: string = one.kind
    for (let count = 2; taken.has(free); count += 1) free = `${one.kind}-${count}`
    taken.add(free)
    return free
  })
}

/** The recipe with the ids that its steps go by, so that they keep them when steps are added, moved or taken out. */
export function withIds(recipe: Recipe): (RecipeStep & { id: string })[] {
  const ids = stepIds(recipe)
  return recipe.map((one, index) => ({ ...one, id: ids[index] ?? one.kind }))
}

/** The recipe with the id of the key in its steps that make tokens and name none. */
export function withTokenKey(recipe: Recipe, key: string): Recipe {
  return recipe.map((step) =>
    step.kind === 'tokenise' && step.key === undefined ? { ...step, key } : step,
  )
}

/**
 * Rows that a step of the recipe dropped, with the name that a person gave it; accounts of before steps had ids know only its
 * kind, the `rule`.
 */
export const Dropped = z.object({
  rule: z.string(),
  step: z.string().optional(),
  name: z.string().optional(),
  rows: z.number(),
})
export type Dropped = z.infer<typeof Dropped>

const droppingWords: Partial<Record<string, string>> = {
  'drop-blank-rows': 'as blank',
  'drop-total-rows': 'as totals',
  'drop-repeated-headers': 'as repeated headers',
  'drop-duplicates': 'as duplicates',
  'drop-rows': 'by a condition',
  'keep-rows': 'by a condition',
  'pivot-wider': 'for a column that is not asked for',
} satisfies Record<Extract<StepKind, `drop-${string}` | 'keep-rows' | 'pivot-wider'>, string>

/**
 * A line of the account as people read it after "dropped": `as totals`, and with the step's name, or with its id where several
 * of one kind dropped rows.
 */
export function droppedAs({ rule, step: id, name }: Dropped, all: readonly Dropped[]): string {
  const words = droppingWords[rule] ?? `by the rule ${rule}`
  if (name !== undefined) return `${words} (“${name}”)`
  const alike = all.filter((other) => other.rule === rule && other.rows > 0)
  return words + (alike.length > 1 && id !== undefined ? ` (${id})` : '')
}

/** What every new dataset starts with: nothing that could remove a true record except empty, total and header lines. */
export const defaultRecipe: Recipe = withIds([
  { kind: 'trim' },
  { kind: 'unwrap-formulas' },
  { kind: 'empty-tokens', tokens: ['', 'NULL', '\\N', 'N/A', '#N/A', 'n.a.', 'NaN', '-', '--'] },
  { kind: 'drop-blank-rows' },
  {
    kind: 'drop-total-rows',
    words: ['total', 'totals', 'grand total', 'sum', 'summe', 'gesamt', 'totale', 'subtotal'],
  },
  { kind: 'drop-repeated-headers' },
])
