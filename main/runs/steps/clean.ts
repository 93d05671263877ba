import { rm } from 'node:fs/promises'
import type { Column, Contract, Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { defaultMaxQuarantinedShare } from '../../../shared/domain/datasets/dataset.ts'
import { knownLabels, recipeUnder, writtenAs } from '../../../shared/domain/columns/header.ts'
import { type HeaderMap, changesNothing } from '../../../shared/domain/columns/headerMap.ts'
import { thenWords } from '../../../shared/domain/recipe/lookUp.ts'
import { type Recipe, defaultRecipe, droppedAs } from '../../../shared/domain/recipe/recipe.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { findColumn, fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'
import { elsewhereNames } from '../../../shared/domain/recipe/cleanOn.ts'
import {
  placesOf,
  treatmentWords,
  treatmentsOf,
  unmarked,
  unmarkedSentence,
  withMarks,
} from '../../../shared/domain/privacy/personalRules.ts'
import { imbalance } from '../../../shared/domain/runs/run.ts'
import { brokenWords } from '../../../shared/domain/rules/ruleWords.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { broughtBack } from '../erasing/broughtBack.ts'
import { printsOfFile } from '../asking/headers.ts'
import { datasetOf, isBehind } from '../heldTo.ts'
import type { Checkpoints } from '../checkpoints.ts'
import type { CleanInput, CleanOutput } from '../ports/cleaning.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Outside } from '../ports/outside.ts'
import type { RejectsReader } from '../ports/reading.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository, RunRepository, StoredRun } from '../ports/store.ts'
import { unbalanced } from '../receipt.ts'
import { type Written, measured } from '../deliveries/measuring.ts'
import { refuseBlurred, refuseRaw, treat } from '../treating.ts'
import { type OutsideParts, broughtOnce, thenOf } from '../outside/outside.ts'
import { referencesOf } from '../outside/references.ts'
import { type CleanThereParts, cleanedThere } from './cleanThere.ts'
import { type Step, type StepWork, countedRows, filesOf, formatOf } from './step.ts'

export interface CleanParts extends CleanThereParts {
  rooms: Pick<Rooms, 'clean' | 'measure' | 'treat' | 'eraseInFile'> & CleanThereParts['rooms']
  outside: OutsideParts
  runs: RunRepository
  rejects: Pick<RejectsReader, 'records'>
  datasets: DatasetRepository
}

/** Recipe and contract over the records; what comes out is counted before anything leaves this computer. */
export function cleanStep(parts: CleanParts): Step<'clean'> {
  const { runs, rejects, datasets, home } = parts
  return {
    reaches: ({ plan: { destination } }) =>
      destination.warehouse?.cleanOn === undefined
        ? null
        : { connection: destination.warehouse.connection, place: '' },
    async perform(run, work) {
      const { log, doubt, need, signal } = work
      const files = filesOf(home, run)
      const read = need('read')
      const { heldTo } = run.plan
      const version = heldTo === undefined ? datasets.version(run.dataset) : heldTo.version
      if (version !== null) {
        run.version = version
        runs.changeVersion(run.id, version)
        if (isBehind(datasets, run))
          log(
            `Held to version ${version} of ${run.dataset}, as it was when this run was made; what was changed since holds for later runs.`,
          )
      }
      const { columns, header, recipe } = run.plan
      const cleaned = cleanedUnder(
        datasetOf(datasets, run),
        columns,
        read.labels,
        header,
        recipe?.steps,
      )
      const outside = await broughtOnce(parts.outside, cleaned.recipe, files.lookedUp, signal)
      const { destination } = run.plan
      const marks = datasetOf(datasets, run)?.contract?.columns ?? []
      const known = withMarks(cleaned.contract?.columns ?? [...(cleaned.chosen ?? [])], marks)
      const places = placesOf(destination)
      const isTreated = treatmentsOf(known, places).length > 0
      const cleanOn = destination.warehouse?.cleanOn
      if (cleanOn !== undefined)
        refuseRaw(known, places, `${elsewhereNames[cleanOn]} is to clean the records`)
      const written: Written = isTreated
        ? { file: files.untreated, format: 'parquet' }
        : { file: files.output, format: formatOf(run) }
      const made: CleanOutput & Pick<Checkpoints['clean'], 'there'> =
        cleanOn === undefined
          ? await cleanedHere(parts, run, cleaned, outside, read, work, written)
          : await cleanedThere(parts, run, cleanOn, cleaned, read, work)
      const contract = { ...made.contract, columns: withMarks(made.contract.columns, marks) }
      const output = { ...made, contract }
      const held = read.quarantined + output.quarantined
      const missing = imbalance({
        in: read.records,
        made: output.made,
        clean: output.clean,
        quarantined: held,
        dropped: output.dropped.reduce((sum, rule) => sum + rule.rows, 0),
        loaded: output.clean,
      })
      if (missing !== null)
        throw unbalanced(missing, 'Pallet stopped before anything was uploaded or loaded.')
      for (const sentence of output.doubts ?? []) doubt(sentence)
      for (const rule of output.dropped)
        if (rule.rows > 0)
          log(`Dropped ${plural(rule.rows, 'row')} ${droppedAs(rule, output.dropped)}.`)
      log(`${plural(output.clean, 'clean row')}, ${plural(held, 'row')} held back.`)
      for (const broken of output.warnings ?? []) log(`Let through: ${brokenWords(broken)}`)
      const table = { labels: cleaned.labels, conventions: read.conventions }
      const prints = await printsOfFile(rejects, files.records, table)
      const marked = cleaned.labels.map(
        (label) => findColumn(contract.columns, label) ?? { label, personal: {} },
      )
      // Rows that were fixed have been looked at, and what a part of a topic holds was said of the first.
      if (run.plan.completes === undefined)
        for (const one of unmarked(marked, prints, cleaned.recipe)) doubt(unmarkedSentence(one))
      const lookedUp = thenOf(outside)
      for (const then of lookedUp) log(`Looked up in ${thenWords(then)}.`)
      const treated = treatmentsOf(contract.columns, places)
      const counted = {
        ...output,
        prints,
        ...(lookedUp.length === 0 ? {} : { lookedUp }),
        ...(treated.length === 0 ? {} : { treated }),
      }
      if (output.bytes === 0) return { kind: 'done', checkpoint: counted }
      refuseBlurred(contract.columns, treated, destination, output.together)
      const back = { rooms: parts.rooms, tokenKeys: parts.outside.tokenKeys, home }
      for (const said of await broughtBack(back, run.dataset, written, contract.columns, signal))
        log(said, 'warn')
      const { broken, ...left } = await measured(parts, run, written, output, signal)
      for (const one of broken.warn) log(`Let through: ${brokenWords(one)}`)
      for (const change of left.drift) log(`Not as before: ${change}`)
      if (isTreated) {
        const { columns: before } = contract
        const sent = { format: formatOf(run), outputFile: files.output }
        const input = { file: files.untreated, columns: before, treatments: treated, ...sent }
        counted.bytes = await treat(
          { rooms: parts.rooms, tokenKeys: parts.outside.tokenKeys },
          input,
          signal,
        )
        log(`Before it leaves this computer, ${treatmentWords(before, treated)}.`)
      }
      const checkpoint = {
        ...counted,
        warnings: [...(output.warnings ?? []), ...broken.warn],
        stops: [...(output.stops ?? []), ...broken.stop],
        asks: broken.ask,
        ...left,
      }
      return { kind: 'done', checkpoint }
    },
  }
}

async function cleanedHere(
  { rooms, home, outside: others }: CleanParts,
  run: StoredRun,
  cleaned: Cleaned,
  outside: Outside,
  read: Checkpoints['read'],
  { control, signal }: StepWork,
  { file: outputFile, format }: Written,
): Promise<CleanOutput> {
  const files = filesOf(home, run)
  const output = await rooms.clean(
    {
      ...cleaned,
      ...ofCompletion(run, cleaned),
      // A topic is not written anew because of what is wrong in a part of it: the others go on.
      ...(run.plan.batch === undefined ? {} : { maxQuarantinedShare: 1 }),
      outside,
      references: await referencesOf(others, cleaned.contract, files.references, signal),
      recordsFile: files.records,
      labelsInFile: read.labelled,
      conventions: read.conventions,
      sourceFile: read.isUnpacked ? files.unpacked : files.source,
      raw: read.raw,
      format,
      workFolder: files.work,
      outputFile,
      quarantineFile: files.rejects[1],
    },
    control((report) => countedRows(report, read.records - read.quarantined)),
  )
  await rm(files.references, { recursive: true, force: true })
  return output
}

/** Rows that were fixed have been looked at, one by one: however many of the few are held back again, the others go. */
function ofCompletion(
  { plan: { completes, columns } }: StoredRun,
  { contract }: ReturnType<typeof cleanedAs>,
): Partial<CleanInput> {
  if (completes === undefined || columns === null) return {}
  return asFixed(contract ?? {}, columns)
}

/** What rows of a file that are looked at by themselves are held to: all that is not about the whole of it. */
export function asFixed(
  { rules = [] }: Pick<Contract, 'rules'>,
  columns: Column[],
): { contract: Contract; maxQuarantinedShare: number } {
  return { contract: { columns, rules, maxQuarantinedShare: 1 }, maxQuarantinedShare: 1 }
}

/** The recipe and the contract that the records of a dataset are held to; `columns` and `chosen`: as a person chose them for a file with these labels. */
function cleanedAs(
  dataset: Pick<Dataset, 'recipe' | 'contract'> | null,
  columns: Column[] | null,
  labels: readonly string[],
  chosen?: Recipe,
): Pick<CleanInput, 'recipe' | 'contract' | 'chosen' | 'learntBehind' | 'maxQuarantinedShare'> {
  const known = dataset?.contract ?? null
  const maxQuarantinedShare = known?.maxQuarantinedShare ?? defaultMaxQuarantinedShare
  const recipe = chosen ?? dataset?.recipe ?? defaultRecipe
  return {
    recipe,
    ...(chosen === undefined || dataset === null ? {} : { learntBehind: dataset.recipe }),
    ...(columns === null || known !== null ? {} : { chosen: columns }),
    contract:
      columns === null || known === null
        ? known
        : {
            ...known,
            columns: [...columns, ...madeColumns(recipe, labels, columns, known.columns)],
          },
    maxQuarantinedShare,
  }
}

/** What a file is held to, under the labels by which its dataset knows the columns. */
export type Cleaned = Pick<CleanInput, 'recipe' | 'contract' | 'maxQuarantinedShare' | 'labels'> &
  Partial<Pick<CleanInput, 'writtenAs' | 'takenUp' | 'chosen' | 'learntBehind'>>

/** What the records are held to, under the labels by which the dataset knows them. `columns` and `recipe`: as a person chose them for this file. */
export function cleanedUnder(
  dataset: Pick<Dataset, 'recipe' | 'contract'> | null,
  columns: Column[] | null,
  labels: readonly string[],
  map: HeaderMap | undefined,
  recipe?: Recipe,
): Cleaned {
  if (map === undefined || dataset === null || changesNothing(map))
    return { ...cleanedAs(dataset, columns, labels, recipe), labels: [...labels] }
  const { renamed, ignored, kept } = map
  const known = knownLabels(labels, map)
  const chosen = columns
    ?.filter(({ label }) => !ignored.includes(label))
    .map((column) => ({ ...column, label: renamed[column.label] ?? column.label }))
  const under = { ...dataset, recipe: recipeUnder(dataset.recipe, map) }
  return {
    ...cleanedAs(under, chosen ?? null, known, recipe && recipeUnder(recipe, map)),
    labels: known,
    writtenAs: writtenAs(labels, map),
    takenUp: kept,
  }
}

/** The columns that the dataset knows of steps that make them, but those that a person chose. */
function madeColumns(
  recipe: Recipe,
  labels: readonly string[],
  columns: readonly Column[],
  known: readonly Column[],
): Column[] {
  const after = fitRecipe(recipe, labels).steps.at(-1)?.after ?? []
  const made = after.filter(({ id }) => id > labels.length)
  return known.filter(
    ({ label }) => findColumn(made, label) !== null && findColumn(columns, label) === null,
  )
}

export function isTooMany(records: number, held: number, maxShare: number): boolean {
  return records > 0 && held / records > maxShare
}

/** Too many held-back rows end the run here, before anything leaves this computer. */
export function holdToLimit(
  run: StoredRun,
  read: { records: number; quarantined: number },
  clean: Pick<CleanOutput, 'quarantined' | 'contract' | 'stops'>,
): void {
  const [stop, ...more] = clean.stops ?? []
  if (stop !== undefined)
    throw new Problem({
      code: 'limit-exceeded',
      what: `${run.plan.source.name} breaks ${more.length === 0 ? 'a rule' : plural(more.length + 1, 'rule')} that lets nothing of a file pass. ${[stop, ...more].map(brokenWords).join(' ')}`,
      did: 'Pallet stopped before anything was uploaded or loaded.',
      advice:
        'Look at the held-back rows: if the file is wrong, export it again; if the rule is, change it under Datasets, then try the run again.',
    })
  const held = read.quarantined + clean.quarantined
  const maxShare = clean.contract.maxQuarantinedShare
  if (run.plan.batch === undefined && isTooMany(read.records, held, maxShare))
    throw new Problem({
      code: 'limit-exceeded',
      what: `${plural(held, 'row')} of ${plural(read.records, 'record')} in ${run.plan.source.name} would be held back; ${run.dataset} allows ${percent(maxShare)}.`,
      did: 'Pallet stopped before anything was uploaded or loaded.',
      advice:
        'Look at the held-back rows: if the file is wrong, export it again; if the types are, send it again with others chosen in the preview, or forget the dataset, so that Pallet learns its columns anew.',
      detail: `${percent(held / read.records)} held back`,
    })
}

/** Of a file whose rows may leave nobody needs the records any more. */
export async function removeRecords(home: HomePaths, run: StoredRun): Promise<void> {
  const { records, unpacked } = filesOf(home, run)
  for (const file of [records, unpacked]) await rm(file, { force: true })
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}
