import {
  type BlobTarget,
  type Column,
  type Contract,
  type Dataset,
  type WarehouseTarget,
  lacksScale,
} from '../../../shared/domain/datasets/dataset.ts'
import { rememberedMap } from '../../../shared/domain/columns/header.ts'
import { type HeaderMap, asItIs, mergedMaps } from '../../../shared/domain/columns/headerMap.ts'
import { type Recipe, defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import type { ControlTotals } from '../../../shared/domain/runs/controlTotals.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { correctsOf } from '../../../shared/domain/runs/decision.ts'
import type { Delivery } from '../../../shared/domain/runs/delivery.ts'
import { tellingColumns, withColumnsOf } from '../../../shared/domain/datasets/meaning.ts'
import type { Plan } from '../../../shared/domain/runs/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { judged } from '../../../shared/domain/runs/verified.ts'
import { answerTo } from '../asking/answered.ts'
import { hasDelivered } from '../fixing/comingHome.ts'
import { type Checkpoints, outputColumns } from '../checkpoints.ts'
import { heldToNow, isBehind, passOn } from '../heldTo.ts'
import type { DeliveredBlobs } from '../deliveries/deliveredBlobs.ts'
import type { ReachedAccount, ReadingSas } from '../ports/accounts.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository, RunRepository, StoredRun } from '../ports/store.ts'
import type { BlobToLoad, LoadInput, WarehouseAccess } from '../ports/warehouse.ts'
import { outputFile } from './output.ts'
import { OutputSums } from './outputSums.ts'
import type { StreamAccess } from '../ports/streaming.ts'
import { quiet } from '../quiet.ts'
import { publishRows } from './publish.ts'
import { type Step, type StepWork, countedRows, filesOf, formatOf } from './step.ts'

export interface LoadParts {
  rooms: Pick<
    Rooms,
    'load' | 'fetchBlob' | 'fileTotals' | 'tableTotals' | 'compareRows' | 'messages' | 'publish'
  >
  runs: RunRepository
  datasets: DatasetRepository
  home: HomePaths
  blobs: DeliveredBlobs
  /** How to reach it now. Fails with `not-found` for a connection that is none of a warehouse. */
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  streamOf: (connection: string) => Promise<StreamAccess>
  access: (connection: string, signal: AbortSignal) => Promise<ReachedAccount>
  /** Lets a warehouse read a container for an hour. */
  readingSas: (connection: string, container: string, signal: AbortSignal) => Promise<ReadingSas>
  changed: (runId: string) => void
  now: () => Date
}

/** Rows and ledger entry into the warehouse, in one transaction. */
export function loadStep(parts: LoadParts): Step<'load'> {
  const { rooms, runs, blobs, warehouseOf, changed } = parts
  const sums = new OutputSums(parts)
  return {
    reaches: ({ plan: { destination } }) => {
      const place = destination.topic ?? destination.warehouse
      return place === null ? null : { connection: place.connection, place: '' }
    },
    async perform(run, work) {
      const { control, keep, log, need } = work
      const { warehouse, topic } = run.plan.destination
      const clean = need('clean')
      if (topic !== undefined) {
        const checkpoint = await publishRows(parts, run, topic, work)
        remember(parts, run, clean)
        return { kind: 'done', checkpoint }
      }
      if (warehouse === null) {
        remember(parts, run, clean)
        return { kind: 'skipped' }
      }
      const { table } = warehouse
      const { there: cleaned } = clean
      const file =
        cleaned === undefined ? await outputFile(parts, run, work) : filesOf(parts.home, run).output
      const given = await loadInput(run, { fetch: need('fetch'), clean }, file, warehouseOf)
      const sent = cleaned?.totals ?? (await sums.of(run, given, clean.clean, work.signal))
      const blob = await blobToLoad(parts, run, given, work)
      const input = { ...given, totals: sent, ...(blob === null ? {} : { blob }) }
      const output = await rooms.load(
        input,
        control((report) => countedRows(report, clean.clean)),
      )
      keep('load', output)
      log(
        output.already
          ? `The ledger says that this run had been loaded already; nothing was changed.`
          : `Loaded ${plural(output.rows, 'row')} into ${table}, which now holds ${plural(output.tableRows, 'row')}` +
              (output.removed > 0 ? `; ${plural(output.removed, 'row')} of before went out.` : '.'),
      )
      const corrected = input.corrects === null ? null : runs.get(input.corrects)
      for (const one of corrected === null ? [] : [corrected, ...runs.completing(corrected.id)]) {
        if (one.undoneAt !== null || (one !== corrected && !hasDelivered(one, runs.steps(one.id))))
          continue
        runs.changeFate(one.id, { correctedBy: run.id })
        changed(one.id)
        const said = await blobs.putAside(one, work.signal)
        if (said !== null) log(said)
      }
      const there = await asked(parts, input, log)
      // Others may have loaded since: what they took out is in the ledger.
      const verdict = there === null ? null : judged({ ...input, sent, ...there })
      const totals = verdict?.totals ?? null
      const checkpoint = totals === null ? output : { ...output, totals }
      keep('load', checkpoint)
      if (verdict?.state === 'different') throw notAsSent(run.id, verdict.found)
      if (verdict?.state === 'explained') log(verdict.found.join(' '))
      remember(parts, run, clean)
      return { kind: 'done', checkpoint }
    },
    async ahead(run, { need, signal }) {
      const { warehouse } = run.plan.destination
      const cleaned = need('clean')
      if (warehouse === null || cleaned.there !== undefined) return
      const columns = outputColumns(cleaned)
      const meaning = withColumnsOf(warehouse.meaning, columns)
      const file = filesOf(parts.home, run).output
      const output = { file, format: formatOf(run), columns, meaning }
      await sums.begin(run, output, cleaned.clean, signal)
    },
  }
}

/** Of the public cloud and of the others: what a warehouse in the cloud can reach. */
const inAzure = /^[a-z0-9]{3,24}\.blob\.core\.[a-z.]+$/

/** The blob of the run, where the warehouse reads it by itself; null: the file is sent. */
export async function blobToLoad(
  { access, readingSas }: Pick<LoadParts, 'access' | 'readingSas'>,
  { plan }: Pick<StoredRun, 'plan'>,
  { warehouse }: Pick<LoadInput, 'warehouse'>,
  { before, log, signal }: Pick<StepWork, 'before' | 'log' | 'signal'>,
): Promise<BlobToLoad | null> {
  const reading = 'blobs' in warehouse ? warehouse.blobs : undefined
  const { blob } = plan.destination
  if (reading === undefined || blob === null) return null
  const { connection, container, name, format } = blob
  const { address: host } = await access(connection, signal)
  const why = !inAzure.test(host)
    ? 'is in no storage account of Azure'
    : format !== 'parquet'
      ? 'is no Parquet'
      : (before('upload') ?? null) === null
        ? 'has not been sent'
        : null
  if (why !== null) {
    log(`The blob ${container}/${name} ${why}, so the file is sent to the warehouse.`)
    return null
  }
  const sas = reading.by === 'sas' ? await readingSas(connection, container, signal) : null
  return { host, container, name, sas }
}

/** A warehouse that does not tell in so long what its rows add up to is asked another day, with “pallet verify”. */
const askingMs = 120_000

/**
 * What the warehouse says of the rows now; null: it did not answer in time. Deaf to the abort, as the rows are in
 * the table: what became of them is told.
 */
async function asked(
  { rooms }: LoadParts,
  { warehouse, table, runId, columns, meaning }: LoadInput,
  log: StepWork['log'],
): Promise<{ there: ControlTotals; deliveries: readonly Delivery[] } | null> {
  const asking = AbortSignal.timeout(askingMs)
  try {
    const { totals, deliveries } = await rooms.tableTotals(
      { warehouse, table, runId, columns, keys: tellingColumns(meaning, columns) },
      quiet(asking),
    )
    return { there: totals, deliveries }
  } catch (error) {
    if (!asking.aborted) throw error
    log(
      `The warehouse did not tell in time what the rows in ${table} add up to; “pallet verify ${runId}” asks again.`,
      'warn',
    )
    return null
  }
}

function notAsSent(runId: string, found: readonly string[]): Problem {
  return new Problem({
    code: 'account-unbalanced',
    what: `What was sent and what the warehouse has do not agree. ${found.join(' ')}`,
    did: 'What is in the table stays there; Pallet does not call it a success, and told nobody.',
    advice: `Undo the run and send the file again; “pallet verify ${runId}” looks once more.`,
  })
}

/** What the warehouse is given of a run with a table. */
export async function loadInput(
  run: StoredRun,
  { fetch, clean }: Pick<Checkpoints, 'fetch' | 'clean'>,
  file: string,
  warehouseOf: LoadParts['warehouseOf'],
): Promise<LoadInput> {
  const { warehouse } = run.plan.destination
  if (warehouse === null) throw new TypeError('A run without a table loads nothing.')
  const columns = outputColumns(clean)
  return {
    warehouse: await warehouseOf(warehouse.connection),
    runId: run.id,
    dataset: run.dataset,
    table: warehouse.table,
    meaning: withColumnsOf(warehouse.meaning, columns),
    corrects: correctsOf(run.decisions.answered),
    completes: run.plan.completes?.runId ?? null,
    ...(run.plan.batch === undefined ? {} : { batch: run.plan.batch }),
    ...loadedExtract(run.plan, fetch.to),
    file,
    format: formatOf(run),
    columns,
    ...(clean.together === undefined ? {} : { together: clean.together }),
    // Who takes up a new column means the table, too.
    addsColumns:
      run.plan.addColumns === true ||
      answerTo(run, 'new-columns') === 'add' ||
      (run.plan.header?.kept.length ?? 0) > 0,
    rows: clean.clean,
    sourceSha256: fetch.sha256,
    ...(clean.there === undefined ? {} : { cleaned: clean.there }),
  }
}

/** Where an extract has come to, which goes into the ledger with its rows. */
function loadedExtract(
  { extract }: Plan,
  to: Checkpoints['fetch']['to'],
): Pick<LoadInput, 'extract'> {
  if (extract === undefined || extract.incremental === null || to === undefined) return {}
  const { connection, path, incremental, from } = extract
  return { extract: { connection, path, field: incremental.field, from, to } }
}

/** A first good file teaches its dataset; later files are held to what it taught. A file without a clean row teaches nothing. */
function remember(
  { datasets, runs, now }: LoadParts,
  run: StoredRun,
  clean: Checkpoints['clean'],
): void {
  // Fixed rows are a part of a file, in a form of Pallet's own.
  if (clean.clean === 0 || run.plan.completes !== undefined) return
  const known = datasets.get(run.dataset)
  const { destination } = run.plan
  const { blob } = destination
  // Steps for this file alone may leave other columns than those of the dataset.
  const isStrange =
    known !== null &&
    run.plan.recipe?.keep === false &&
    !sameLabels(known.contract?.columns ?? [], clean.contract.columns)
  // What somebody has changed since stands: of this file it learns what was chosen for it.
  const isOld = known !== null && isBehind(datasets, run)
  // A number whose digits were not known yet has learnt them from this file.
  const keepsContract =
    known !== null &&
    known.contract !== null &&
    run.plan.columns === null &&
    !known.contract.columns.some(lacksScale) &&
    sameLabels(known.contract.columns, clean.contract.columns)
  const dataset = {
    name: run.dataset,
    reading: run.plan.reading ?? known?.reading ?? null,
    recipe: keptRecipe(run.plan, known),
    contract:
      keepsContract || isStrange
        ? known.contract
        : contractAfter(isOld ? known.contract : null, run.plan, clean.contract),
    destination:
      destination.topic !== undefined
        ? (known?.destination ?? null)
        : {
            ...destination,
            blob: blob === null ? null : withoutName(blob),
            warehouse: withKeptMeaning(run.plan, known, clean.contract.columns),
            triggers: (isOld ? known.destination : null)?.triggers ?? destination.triggers,
          },
    ...headerAfter(known, run.plan.header, clean.prints),
    updatedAt: now().toISOString(),
  }
  const file = `${run.plan.source.name} (run ${run.id})`
  const what = (known?.contract ?? null) === null ? `Learnt from ${file}.` : `Sent with ${file}.`
  const version = datasets.save(dataset, { what })
  // What somebody has changed in the meantime is not what these rows were held to.
  if (isOld && known.contract !== null) return
  passOn(runs, run, heldToNow(datasets, run.dataset))
  if (keepsContract && run.plan.recipe?.keep !== true) return
  run.version = version
  runs.changeVersion(run.id, version)
}

/** `changed`: by a person, since the run was made; null: nobody has. Of it only the columns become others, where they were chosen for this file. */
function contractAfter(changed: Contract | null, { columns }: Plan, own: Contract): Contract {
  if (changed === null) return own
  return columns === null ? changed : { ...changed, columns: own.columns }
}

/** Steps that were chosen for one file alone do not change those of a dataset; a new one begins with them. */
function keptRecipe({ recipe: chosen }: Plan, known: Dataset | null): Recipe {
  if (chosen !== undefined && (chosen.keep || known === null)) return chosen.steps
  return known?.recipe ?? defaultRecipe
}

/** What was said of its header is kept, and what its columns hold; of one that is gone, what the last file had in it. */
function headerAfter(
  known: Dataset | null,
  said: HeaderMap | undefined,
  prints: Checkpoints['clean']['prints'],
): Pick<Dataset, 'header' | 'lastFile'> {
  const before = known?.header
  // A column that was gone and is there again is missed when it goes once more.
  const header =
    said === undefined
      ? before
      : { ...mergedMaps(before ?? asItIs, rememberedMap(said)), gone: said.gone }
  const left = new Set([...(said?.ignored ?? []), ...(prints ?? []).map(({ label }) => label)])
  const lastFile =
    prints === undefined
      ? known?.lastFile
      : [
          ...prints.filter(({ label }) => said?.ignored.includes(label) !== true),
          ...(known?.lastFile ?? []).filter(({ label }) => !left.has(label)),
        ]
  return {
    ...(header === undefined ? {} : { header }),
    ...(lastFile === undefined ? {} : { lastFile }),
  }
}

/** Steps of the recipe may have made columns, renamed them, or taken them away since. */
function sameLabels(one: readonly Column[], other: readonly Column[]): boolean {
  return one.length === other.length && one.every(({ label }, nth) => label === other[nth]?.label)
}

/** The blob is named afresh for every file. */
function withoutName(blob: BlobTarget): Omit<BlobTarget, 'name'> {
  const { name: _, ...place } = blob
  return place
}

/** What was chosen for one file alone does not change what the files of a dataset mean. */
function withKeptMeaning(
  { destination: { warehouse }, remember: keep }: Plan,
  known: Dataset | null,
  columns: readonly Column[],
): WarehouseTarget | null {
  if (warehouse === null) return null
  const before = keep === true ? null : (known?.destination?.warehouse ?? null)
  return before === null
    ? { ...warehouse, meaning: withColumnsOf(warehouse.meaning, columns) }
    : { ...warehouse, meaning: before.meaning, assumed: before.assumed }
}
