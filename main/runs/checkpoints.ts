import { z } from 'zod'
import { ColumnPrint } from '../../shared/domain/columns/columnPrint.ts'
import { CleaningWarehouse } from '../../shared/domain/recipe/cleanOn.ts'
import { ComparedTotals, ControlTotals } from '../../shared/domain/runs/controlTotals.ts'
import { type Column, Contract } from '../../shared/domain/datasets/dataset.ts'
import { Position } from '../../shared/domain/arriving/extract.ts'
import { TableThen } from '../../shared/domain/recipe/lookUp.ts'
import { Outline } from '../../shared/domain/files/outline.ts'
import { Treatment, treatedColumns } from '../../shared/domain/privacy/personalRules.ts'
import { DetectedReading, RawText } from '../../shared/domain/files/reading.ts'
import { Dropped } from '../../shared/domain/recipe/recipe.ts'
import { Unusual } from '../../shared/domain/datasets/usualRows.ts'
import { Measures } from '../../shared/domain/rules/wholeRules.ts'
import { Broken } from '../../shared/domain/rules/rules.ts'
import { Published } from '../../shared/domain/streams/topic.ts'
import { type StepName, Told } from '../../shared/domain/runs/run.ts'
import type { CleanOutput } from './ports/cleaning.ts'
import type { FetchOutput } from './ports/fetching.ts'
import type { ReadOutput } from './ports/reading.ts'
import type { StoredStep } from './ports/store.ts'
import type { UploadOutput } from './ports/uploading.ts'
import type { CleanedRows, LoadOutput } from './ports/warehouse.ts'

const count = z.int().min(0)

/** What each step leaves behind, as it is stored. */
const shapes = {
  fetch: z.object({
    bytes: count,
    sha256: z.string(),
    to: Position.optional(),
  }) satisfies z.ZodType<FetchOutput>,
  read: z.object({
    detected: DetectedReading,
    labels: z.array(z.string()),
    records: count,
    quarantined: count,
    isUnpacked: z.boolean().default(false),
    labelled: z.boolean(),
    conventions: z.object({ decimalMark: z.enum(['.', ',']) }),
    raw: RawText,
  }) satisfies z.ZodType<ReadOutput>,
  clean: z.object({
    contract: Contract,
    doubts: z.array(z.string()).optional(),
    clean: count,
    quarantined: count,
    dropped: z.array(Dropped),
    made: z.int().optional(),
    together: z.array(z.string()).optional(),
    warnings: z.array(Broken).optional(),
    stops: z.array(Broken).optional(),
    asks: z.array(Broken).optional(),
    measures: Measures.optional(),
    outline: Outline.optional(),
    drift: z.array(z.string()).optional(),
    unusual: Unusual.optional(),
    bytes: count,
    prints: z.array(ColumnPrint).optional(),
    lookedUp: z.array(TableThen).optional(),
    treated: z.array(Treatment).optional(),
    there: z
      .object({ engine: CleaningWarehouse, table: z.string(), totals: ControlTotals })
      .optional(),
  }) satisfies z.ZodType<
    CleanOutput & {
      there?: (CleanedRows & { engine: CleaningWarehouse }) | undefined
      prints?: ColumnPrint[] | undefined
      asks?: Broken[] | undefined
      lookedUp?: TableThen[] | undefined
      treated?: Treatment[] | undefined
    }
  >,
  upload: z.object({
    bytes: count,
    etag: z.string(),
    blocks: count,
    blocksSent: count,
    bytesSent: count,
    treeHash: z.string().optional(),
    md5: z.string().optional(),
  }) as unknown as z.ZodType<UploadOutput>,
  load: z.object({
    rows: count,
    tableRows: count,
    // Checkpoints of before the meanings have none.
    removed: count.default(0),
    already: z.boolean(),
    totals: ComparedTotals.optional(),
    published: z.array(Published).optional(),
  }) satisfies z.ZodType<
    LoadOutput & {
      totals?: ComparedTotals | undefined
      published?: Published[] | undefined
    }
  >,
  trigger: z.object({
    told: z.array(Told),
    /** Since when the next one could not be reached (UTC, ISO 8601). */
    since: z.string().optional(),
    /** When the telling of the next one was begun, of which nobody knows whether it was heard (UTC, ISO 8601). */
    begunAt: z.string().optional(),
    /** When the one that works was told (UTC, ISO 8601). */
    toldAt: z.string().optional(),
    /** Which one is being told that is told `once`, by its place. */
    telling: z.int().optional(),
  }),
}
export type Checkpoints = { [Name in StepName]: z.infer<(typeof shapes)[Name]> }

/** The columns of an output file: those of the contract, as their treatment leaves them. */
export function outputColumns({
  contract,
  treated = [],
}: Pick<Checkpoints['clean'], 'contract' | 'treated'>): Column[] {
  return treatedColumns(contract.columns, treated)
}

/** The checkpoint of a finished step; null while it is not done, or where what is stored cannot be read. */
export function checkpointOf<Name extends StepName>(
  steps: readonly StoredStep[],
  name: Name,
): Checkpoints[Name] | null {
  return steps.find((step) => step.name === name)?.state === 'done' ? leftBy(steps, name) : null
}

/** What a step has left, done or not. */
export function leftBy<Name extends StepName>(
  steps: readonly StoredStep[],
  name: Name,
): Checkpoints[Name] | null {
  const step = steps.find((candidate) => candidate.name === name)
  const parsed = shapes[name].safeParse(step?.checkpoint)
  return parsed.success ? (parsed.data as Checkpoints[Name]) : null
}
