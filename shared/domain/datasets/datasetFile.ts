/**
 * A dataset as one readable file, which can live beside the code of a pipeline. Where it goes is not in it: that is of a home.
 * Its contract stands in it as a Table Schema of Frictionless, under `schema`, so that other programs can read it.
 */
import { z } from 'zod'
import { contractFaults } from '../rules/contractFaults.ts'
import { type Column, Contract, Dataset as DatasetSchema } from './dataset.ts'
import { FormulaFault, parseFormula } from '../recipe/formula.ts'
import { patternFault, replacementFault } from '../cells/pattern.ts'
import type { ParseStep } from '../cells/parsedCells.ts'
import { Reading } from '../files/reading.ts'
import { readTableSchema } from '../rules/readTableSchema.ts'
import { Recipe, type RecipeStep } from '../recipe/recipe.ts'
import { stepInSentence } from '../recipe/recipeWords.ts'
import { LooksLikeSchema, tableSchemaOf } from '../rules/tableSchema.ts'

/** Later ones have fields that this Pallet does not know. */
const version = 1
/** Of the text of a dataset: since 2 its contract is a Table Schema. */
const datasetText = 2

const head = { version: z.literal(version) }
const RecipeFile = z.object({ pallet: z.literal('recipe'), ...head, steps: Recipe })
const ContractFile = z.object({ pallet: z.literal('contract'), ...head, contract: Contract })
export const DatasetFile = z.object({
  pallet: z.literal('dataset'),
  ...head,
  name: DatasetSchema.shape.name,
  reading: Reading.nullable(),
  recipe: Recipe,
  contract: Contract.nullable(),
  header: DatasetSchema.shape.header,
})
const files = { recipe: RecipeFile, contract: ContractFile, dataset: DatasetFile }
type Files = { [Kind in keyof typeof files]: z.infer<(typeof files)[Kind]> }
export type DatasetFile = Files['dataset']

export function recipeFile(steps: Recipe): Files['recipe'] {
  return { pallet: 'recipe', version, steps }
}

export function contractFile(contract: Contract): Files['contract'] {
  return { pallet: 'contract', version, contract }
}

export function datasetFile({
  name,
  reading,
  recipe,
  contract,
  header,
}: Omit<DatasetFile, 'pallet' | 'version'>): DatasetFile {
  const file: DatasetFile = { pallet: 'dataset', version, name, reading, recipe, contract }
  return header === undefined ? file : { ...file, header }
}

/** As it is written: two spaces, so that a change of one step is a change of its lines. */
export function writeFileOf(file: Files[keyof Files]): string {
  return `${JSON.stringify(file.pallet === 'dataset' ? asText(file) : file, null, 2)}\n`
}

function asText({ pallet, name, reading, recipe, contract, header }: DatasetFile): object {
  const schema = contract === null ? null : tableSchemaOf(contract)
  const text = { pallet, version: datasetText, name, reading, recipe, schema }
  return header === undefined ? text : { ...text, header }
}

/** The text of a dataset with its Table Schema as a contract. What would be lost of it is refused. */
function withContract(written: object): ReadFile<object> {
  if (!('schema' in written)) return { content: written, faults: null }
  const { schema, ...rest } = written
  const content = { ...rest, version, contract: null }
  if (schema === null) return { content, faults: null }
  const { read, faults } = readTableSchema(schema)
  if (read === null) return { content: null, faults }
  const lost = [
    ...read.notes,
    ...read.steps.map(
      (step) => `what this step does belongs into “recipe”: ${JSON.stringify(step)}.`,
    ),
  ]
  return lost.length > 0
    ? { content: null, faults: lost.map((note) => `In “schema”: ${note}`) }
    : { content: { ...content, contract: read.contract }, faults: null }
}

export type ReadFile<Content> =
  | { content: Content; faults: null }
  | { content: null; faults: string[] }

/** The recipe in a file: of a recipe, or of a dataset; or a sentence for each thing that is wrong. */
export function readRecipeFile(text: string): ReadFile<Recipe> {
  const read = readFileAs(text, ['recipe', 'dataset'])
  if (read.content === null) return read
  const { content } = read
  return { content: content.pallet === 'recipe' ? content.steps : content.recipe, faults: null }
}

/**
 * The contract in a file: of a contract, of a dataset that has one, or a Table Schema of Frictionless, of which `notes` say what
 * is not kept, and `steps` read cells that its types do not read. `known`: the columns as the dataset has them.
 */
export function readContractFile(
  text: string,
  known?: readonly Column[],
): ReadFile<Contract> & { steps?: readonly ParseStep[]; notes?: string[] } {
  const schema = schemaIn(text)
  if (schema !== null) {
    const { read: found, faults } = readTableSchema(schema, known)
    return found === null
      ? { content: null, faults }
      : { content: found.contract, faults: null, steps: found.steps, notes: found.notes }
  }
  const read = readFileAs(text, ['contract', 'dataset'])
  if (read.content === null) return read
  const { contract } = read.content
  return contract === null
    ? { content: null, faults: ['The dataset in this file has no contract yet.'] }
    : { content: contract, faults: null }
}

/** null: the text is something else. */
function schemaIn(text: string): unknown {
  try {
    const written: unknown = JSON.parse(text)
    const isOther = z.object({ pallet: z.string() }).safeParse(written).success
    return !isOther && LooksLikeSchema.safeParse(written).success ? written : null
  } catch {
    return null
  }
}

export function readDatasetFile(text: string): ReadFile<DatasetFile> {
  return readFileAs(text, ['dataset'])
}

function newestOf(kind: keyof Files | undefined): number {
  return kind === 'dataset' ? datasetText : version
}

function readFileAs<Kind extends keyof Files>(
  text: string,
  kinds: readonly Kind[],
): ReadFile<Files[Kind]> {
  const wrong = (...faults: string[]) => ({ content: null, faults })
  let written: unknown
  try {
    written = JSON.parse(text)
  } catch (error) {
    return wrong(`It is no JSON: ${error instanceof Error ? error.message : String(error)}.`)
  }
  const named = z.object({ pallet: z.string(), version: z.number() }).safeParse(written)
  const kind = kinds.find((one) => one === named.data?.pallet)
  if (named.data === undefined || kind === undefined)
    return wrong(
      `It must be an object with ${kinds.map((one) => `"pallet": "${one}"`).join(' or ')} and "version": ${newestOf(kinds[0])}.`,
    )
  if (named.data.version > newestOf(kind))
    return wrong(
      `It is of version ${named.data.version}, and this Pallet knows version ${newestOf(kind)}. A newer Pallet reads it.`,
    )
  if (kind === 'dataset' && named.data.version === datasetText) {
    const whole = withContract(Object(written) as object)
    if (whole.faults !== null) return wrong(...whole.faults)
    written = whole.content
  }
  const parsed = files[kind].safeParse(written)
  const misspelt = unknownFields(written, parsed.data)
  if (!parsed.success || misspelt.length > 0)
    return wrong(...misspelt, ...(parsed.error?.issues ?? []).map(issueSentence))
  const content = parsed.data as Files[Kind]
  const faults = [
    ...(content.pallet === 'contract' ? [] : recipeFaults(recipeOf(content))),
    ...(content.pallet === 'recipe' ? [] : contractFaults(content.contract)),
  ]
  return faults.length > 0 ? wrong(...faults) : { content, faults: null }
}

const recipeOf = (file: Files['recipe' | 'dataset']): Recipe =>
  file.pallet === 'recipe' ? file.steps : file.recipe

/** A misspelt field would be left out without a word. */
function unknownFields(written: unknown, parsed: unknown, path: PropertyKey[] = []): string[] {
  if (typeof written !== 'object' || written === null) return []
  if (typeof parsed !== 'object' || parsed === null) return []
  return Object.entries(written).flatMap(([key, value]): string[] => {
    const own = [...path, Array.isArray(written) ? Number(key) : key]
    const known: unknown = (parsed as Record<string, unknown>)[key]
    if (known === undefined) return [`“${placeOf(own)}” is a field that Pallet does not know.`]
    return unknownFields(value, known, own)
  })
}

function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^[.]/, '')
}

function issueSentence({ path, message }: z.core.$ZodIssue): string {
  const place = placeOf(path)
  return `${place === '' ? 'The file' : `“${place}”`}: ${message}.`
}

/** What is wrong with the steps whatever the columns are, a sentence for each. */
export function recipeFaults(recipe: Recipe): string[] {
  return recipe.flatMap((step, index) => {
    const fault = stepFault(step)
    return fault === null ? [] : [`In ${stepInSentence(step, index)}: ${fault}`]
  })
}

function stepFault(step: RecipeStep): string | null {
  if (step.kind === 'replace' && step.pattern === true)
    return patternFault(step.find) ?? replacementFault(step.find, step.with)
  const formula =
    step.kind === 'derive'
      ? step.formula
      : step.kind === 'drop-rows' || step.kind === 'keep-rows'
        ? step.when
        : step.kind === 'drop-duplicates'
          ? step.by
          : undefined
  if (formula === undefined) return null
  try {
    parseFormula(formula)
    return null
  } catch (thrown) {
    if (thrown instanceof FormulaFault) return thrown.message
    throw thrown
  }
}
