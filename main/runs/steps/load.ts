import {
  type BlobTarget,
  type Column,
  type Dataset,
  type WarehouseTarget,
  defaultRecipe,
} from '../../../shared/domain/dataset.ts'
import { withColumnsOf } from '../../../shared/domain/meaning.ts'
import type { Plan } from '../../../shared/domain/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import type { Checkpoints } from '../checkpoints.ts'
import type { ReachedAccount } from '../ports/accounts.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository, StoredRun } from '../ports/store.ts'
import type { WarehouseAccess } from '../ports/warehouse.ts'
import { outputFile } from './output.ts'
import { type Step, formatOf } from './step.ts'

export interface LoadParts {
  rooms: Pick<Rooms, 'load' | 'fetchBlob'>
  datasets: DatasetRepository
  home: HomePaths
  /** How to reach it now. Fails with `not-found` for a connection that is none of a warehouse. */
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  access: (connection: string, signal: AbortSignal) => Promise<ReachedAccount>
  now: () => Date
}

/** Rows and ledger entry into the warehouse, in one transaction. */
export function loadStep(parts: LoadParts): Step<'load'> {
  const { rooms, datasets, warehouseOf, now } = parts
  return {
    reaches: ({ plan: { destination } }) =>
      destination.warehouse === null
        ? null
        : { connection: destination.warehouse.connection, place: '' },
    async perform(run, work) {
      const { control, log, need } = work
      const { warehouse } = run.plan.destination
      const clean = need('clean')
      if (warehouse === null) {
        remember(datasets, run, clean, now())
        return { kind: 'skipped' }
      }
      const { connection, table, meaning } = warehouse
      const file = await outputFile(parts, run, work)
      const output = await rooms.load(
        {
          warehouse: await warehouseOf(connection),
          runId: run.id,
          dataset: run.dataset,
          table,
          meaning: withColumnsOf(meaning, clean.contract.columns),
          corrects: null,
          file,
          format: formatOf(run),
          columns: clean.contract.columns,
          rows: clean.clean,
          sourceSha256: need('fetch').sha256,
        },
        control((report) => ({
          rowsDone: report.rowsDone,
          rowsTotal: clean.clean,
          doing: report.doing,
        })),
      )
      log(
        output.already
          ? `The ledger says that this run had been loaded already; nothing was changed.`
          : `Loaded ${plural(output.rows, 'row')} into ${table}, which now holds ${plural(output.tableRows, 'row')}` +
              (output.removed > 0 ? `; ${plural(output.removed, 'row')} of before went out.` : '.'),
      )
      remember(datasets, run, clean, now())
      return { kind: 'done', checkpoint: output }
    },
  }
}

/** A first good file teaches its dataset; later files are held to what it taught. A file without a clean row teaches nothing. */
function remember(
  datasets: DatasetRepository,
  run: StoredRun,
  clean: Checkpoints['clean'],
  at: Date,
): void {
  if (clean.clean === 0) return
  const known = datasets.get(run.dataset)
  const { destination } = run.plan
  const { blob } = destination
  datasets.save({
    name: run.dataset,
    reading: run.plan.reading ?? known?.reading ?? null,
    recipe: known?.recipe ?? defaultRecipe,
    contract: run.plan.columns === null ? (known?.contract ?? clean.contract) : clean.contract,
    destination: {
      ...destination,
      blob: blob === null ? null : withoutName(blob),
      warehouse: withKeptMeaning(run.plan, known, clean.contract.columns),
    },
    updatedAt: at.toISOString(),
  })
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
  const before = keep === true ? undefined : known?.destination?.warehouse?.meaning
  return { ...warehouse, meaning: before ?? withColumnsOf(warehouse.meaning, columns) }
}
