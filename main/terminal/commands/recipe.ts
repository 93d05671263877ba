import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import {
  readRecipeFile,
  recipeFile,
  writeFileOf,
} from '../../../shared/domain/datasets/datasetFile.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { withIds } from '../../../shared/domain/recipe/recipe.ts'
import { doingWords } from '../../../shared/domain/recipe/recipeWords.ts'
import {
  type SimilarBy,
  changed,
  similarBy,
  similarSteps,
} from '../../../shared/domain/cells/similar.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { type Suggestion, withSuggestions } from '../../../shared/domain/recipe/suggestion.ts'
import { textOf, whole } from '../datasetFiles.ts'
import type { Output } from '../output.ts'
import { type DialectOptions, chosenReading, dialectGrammar, openLocation } from '../reading.ts'
import type { CommandCore, InSession } from '../session.ts'

interface RecipeOptions extends DialectOptions {
  dataset?: string
  recipe?: string
  out?: string
}
interface ClusterOptions extends RecipeOptions {
  column: string
  by: SimilarBy
}

export function addRecipe(pallet: Command, inSession: InSession): void {
  const recipe = pallet.command('recipe').description('which cleaning steps an export asks for')
  const ofFile = (name: string): Command =>
    dialectGrammar(recipe.command(name))
      .argument('<file>', 'a file, an https address, or - for standard input')
      .option('--dataset <name>', 'whose recipe the steps go behind; else the usual one')
      .option('--recipe <file>', 'the recipe that they go behind')
      .option('--out <file>', 'where the recipe goes; else to standard output')
  ofFile('suggest')
    .description('a recipe for “pallet clean --recipe”, with a reason for each step; sends nothing')
    .action((file: string, options: RecipeOptions) =>
      inSession(({ core, output, signal }) => suggest(core, output, file, options, signal)),
    )
  ofFile('cluster')
    .description(
      'values that are likely spellings of one, and the step that gives each one spelling',
    )
    .requiredOption('--column <label>', 'as the recipe leaves it')
    .addOption(
      new Option(
        '--by <how>',
        'in what they differ: case, accents and order; letters; typing errors',
      )
        .choices([...similarBy])
        .default('fingerprint'),
    )
    .action((file: string, options: ClusterOptions) =>
      inSession(({ core, output, signal }) => cluster(core, output, file, options, signal)),
    )
}

/** What both commands ask of a file. */
async function asked(
  core: CommandCore,
  location: string,
  { dataset, recipe: file, ...options }: RecipeOptions,
  signal: AbortSignal,
) {
  const recipe = file === undefined ? undefined : whole(readRecipeFile(await textOf(file)), file)
  const { source } = await openLocation(core, location, 'standard input', signal)
  const reading = (await chosenReading(core, source, options, null, signal)) ?? undefined
  return { source, dataset, reading, recipe }
}

async function suggest(
  core: CommandCore,
  output: Output,
  location: string,
  options: RecipeOptions,
  signal: AbortSignal,
): Promise<void> {
  const input = await asked(core, location, options, signal)
  const { suggestions, hints, recipe } = await core.runs.suggest(input, signal)
  for (const hint of hints) output.note(`Please look: ${hint}`)
  for (const suggestion of suggestions)
    for (const line of suggestionLines(suggestion)) output.note(line)
  output.note(
    suggestions.length === 0
      ? 'Nothing more is suggested for this file.'
      : `${plural(suggestions.length, 'suggestion')}; those that may be meant otherwise are in the recipe and switched off.`,
  )
  const all = withSuggestions(recipe, suggestions)
  await writeRecipe(output, all, { event: 'suggestions', suggestions, hints }, options.out)
}

function suggestionLines({ reason, steps, effect, isSure }: Suggestion): string[] {
  const { cells, rows } = effect
  const does = [
    ...(cells > 0 ? [plural(cells, 'cell')] : []),
    ...(rows > 0 ? [`${plural(rows, 'row')} dropped`] : []),
  ].join(', ')
  const words = steps.map(doingWords).join('; ')
  return [`${isSure ? '+' : '?'} ${reason}`, `    ${words}${does === '' ? '' : ` (${does})`}`]
}

async function cluster(
  core: CommandCore,
  output: Output,
  location: string,
  { column, by, ...options }: ClusterOptions,
  signal: AbortSignal,
): Promise<void> {
  const input = await asked(core, location, options, signal)
  const found = await core.runs.similar({ ...input, column, by }, signal)
  for (const { to, values } of found.groups)
    output.note(
      `“${to}” (${formatCount(values[0]?.count ?? 0)}) ← ${values
        .slice(1)
        .map(({ value, count }) => `“${value}” (${formatCount(count)})`)
        .join(', ')}`,
    )
  const cells = found.groups.reduce((sum, group) => sum + changed(group), 0)
  const some = found.looked < found.values ? ` most frequent of ${formatCount(found.values)}` : ''
  output.note(
    `${plural(found.groups.length, 'group')} in the ${formatCount(found.looked)}${some} different values of “${column}”; ${plural(cells, 'cell')} would change.`,
  )
  const steps = similarSteps(
    column,
    found.groups.map(({ to, values }) => ({ to, from: values.map(({ value }) => value) })),
  )
  await writeRecipe(
    output,
    [...found.recipe, ...steps],
    { event: 'similar', ...found },
    options.out,
  )
}

/** The recipe is the answer; machines get it with what led to it. */
async function writeRecipe(
  output: Output,
  recipe: Recipe,
  object: object,
  out: string | undefined,
): Promise<void> {
  const file = recipeFile(withIds(recipe))
  if (out === undefined)
    return output.text(writeFileOf(file).trimEnd(), { ...object, recipe: file })
  await writeFile(resolve(out), writeFileOf(file))
  output.note(`Written to ${out}.`)
}
