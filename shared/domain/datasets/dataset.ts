import { z } from 'zod'
import { CleanOn, CleaningWarehouse } from '../recipe/cleanOn.ts'
import { ColumnPrint } from '../columns/columnPrint.ts'
import { HeaderMap } from '../columns/headerMap.ts'
import { Meaning } from './meaning.ts'
import { PersonalRules } from '../privacy/personal.ts'
import { Reading, type Remembered } from '../files/reading.ts'
import { Recipe } from '../recipe/recipe.ts'
import { RowRule, WholeSeverity, ruleFields } from '../rules/rules.ts'
import { formatCount, plural } from '../sizes.ts'
import { TopicTarget } from '../streams/topic.ts'
import { WholeRule } from '../rules/wholeRules.ts'

/** Column types a contract can ask for, and what they become in a warehouse. */
export const columnTypes = [
  'text',
  'integer',
  'decimal',
  'boolean',
  'date',
  'timestamp',
  'time',
  'duration',
] as const
export const ColumnType = z.enum(columnTypes)
export type ColumnType = z.infer<typeof ColumnType>

/** The most digits after the mark that a decimal column keeps. */
export const finestScale = 18

/** `€`, `EUR`, `%`: what stands before or after a number. */
export const Unit = z
  .string()
  .max(8)
  .regex(/^[^0-9+(),'"\\^[\]\s-]*$/u)

/** One column of the contract: its name in the table, the label it has in the file, its type and rules. */
export const Column = z.object({
  /** Name in the output and the table: lower-case letters and digits of any script, and underscores. */
  name: z.string().min(1).max(63),
  /** Label in the file's header, as written there; for files without a header `column1`, `column2` … */
  label: z.string(),
  type: ColumnType,
  /** For date and timestamp: in which order day, month and year stand. */
  order: z.enum(['dmy', 'mdy', 'ymd']).optional(),
  /** For decimal (and integer with groups): the character before the fraction; the other of `.` and `,` groups thousands. */
  decimalMark: z.enum(['.', ',']).optional(),
  /**
   * For decimal and integer: the cells are amounts of this unit, which stands before or after the number and is left out of the
   * value (`19 %` is 19); '' for none. Their minus may stand at the end, or brackets for it. A cell of another unit is held
   * back, and one without any, too, unless the unit is a currency. Absent: plain numbers.
   */
  unit: Unit.optional(),
  /** For decimal: digits kept after the mark. Learnt from the first file, so that the column never changes its type. */
  scale: z.int().min(0).max(finestScale).optional(),
  /** It holds data about persons: what becomes of it where it is sent. Absent: nobody has said so. */
  personal: PersonalRules.optional(),
  ...ruleFields,
})
export type Column = z.infer<typeof Column>

/** How many digits it keeps is learnt from the next file. */
export const lacksScale = ({ type, scale }: Column): boolean =>
  type === 'decimal' && scale === undefined

/** How many rows a file usually has. Absent: no bound. */
export const RowBounds = z
  .object({
    atLeast: z.int().min(0).optional(),
    atMost: z.int().min(0).optional(),
    /** What becomes of a file outside of it; absent: it is asked about before anything leaves. */
    severity: WholeSeverity.optional(),
  })
  .refine(({ atLeast = 0, atMost = Infinity }) => atLeast <= atMost, {
    error: 'The smallest number of rows is larger than the largest.',
  })
export type RowBounds = z.infer<typeof RowBounds>

/** `500 to 5,000 rows`, `at least 500 rows`; '' without a bound. */
export function boundsWords({ atLeast, atMost }: RowBounds): string {
  if (atLeast !== undefined && atMost !== undefined)
    return `${formatCount(atLeast)} to ${plural(atMost, 'row')}`
  if (atLeast !== undefined) return `at least ${plural(atLeast, 'row')}`
  return atMost === undefined ? '' : `at most ${plural(atMost, 'row')}`
}

/** What a file must satisfy. Records that do not are held back, each with its reasons. */
export const Contract = z.object({
  columns: z.array(Column).min(1),
  /** The run stops before anything is uploaded when a larger share (0–1) of the records is held back. */
  maxQuarantinedShare: z.number().min(0).max(1),
  rows: RowBounds.optional(),
  /** About more than one cell. */
  rules: z.array(RowRule).max(500).optional(),
  /** About the file as a whole. */
  whole: z.array(WholeRule).max(500).optional(),
})
export type Contract = z.infer<typeof Contract>

export const defaultMaxQuarantinedShare = 0.05

export const outputFormats = ['csv', 'csv.gz', 'parquet'] as const
export const OutputFormat = z.enum(outputFormats)
export type OutputFormat = z.infer<typeof OutputFormat>

/** A blob that a run writes. */
export const BlobTarget = z.object({
  connection: z.string().min(1),
  container: z.string().min(1),
  name: z.string().min(1),
  format: OutputFormat,
})
export type BlobTarget = z.infer<typeof BlobTarget>
/** A table that a run fills. */
export const WarehouseTarget = z.object({
  connection: z.string().min(1),
  table: z.string().min(1),
  meaning: Meaning,
  /** Nobody has said yet what the files are: they are taken for new rows until there is evidence to ask with. */
  assumed: z.boolean().optional(),
  /** The warehouse itself cleans the records, which are brought there as they were read. Absent: this computer does. */
  cleanOn: CleaningWarehouse.optional(),
})
export type WarehouseTarget = z.infer<typeof WarehouseTarget>
/** Somebody who is told when the data has landed. */
export const TriggerTarget = z.object({
  connection: z.string().min(1),
  /** What of it is started, where it has several: the id of a DAG. */
  job: z.string().min(1).max(250).optional(),
  /** `changed`: only if rows came in or went out. Absent: always. */
  when: z.enum(['changed']).optional(),
  /** `warn`: what fails there is a notice on the receipt. Absent: then the run has failed. */
  onFailure: z.enum(['warn']).optional(),
  /** What it is given besides, by name: texts as of `template.ts`. */
  parameters: z.record(z.string().min(1).max(100), z.string().max(2000)).optional(),
})
export type TriggerTarget = z.infer<typeof TriggerTarget>
/** Told one after the other; what fails keeps the later ones from being told, unless it is a notice. */
export const TriggerTargets = z.array(TriggerTarget).max(20)

/** Where a run goes. Each part may be absent; a run has a blob or a table at least, or it goes to a topic and nowhere else. */
export const Destination = z.object({
  blob: BlobTarget.nullable(),
  warehouse: WarehouseTarget.nullable(),
  topic: TopicTarget.optional(),
  triggers: TriggerTargets,
})
export type Destination = z.infer<typeof Destination>

/** The same of a dataset: the blob is called anew for every file. */
const Place = Destination.omit({ topic: true }).extend({
  blob: BlobTarget.omit({ name: true }).nullable(),
})
export type Place = z.infer<typeof Place>

/** What a person chose of it: absent, it is as remembered or proposed; null, that part is left out. */
export const ChosenDestination = z.object({
  blob: BlobTarget.partial().nullable().optional(),
  warehouse: WarehouseTarget.partial()
    .extend({ cleanOn: CleanOn.optional() })
    .nullable()
    .optional(),
  topic: TopicTarget.optional(),
  triggers: TriggerTargets.optional(),
})
export type ChosenDestination = z.infer<typeof ChosenDestination>

/** A named kind of export. The contract is learnt from the first file that is delivered, and then kept. */
export const Dataset = z.object({
  name: z.string().min(1).max(63),
  /** null: detected anew in every file; else what a person chose instead of it. */
  reading: Reading.nullable(),
  recipe: Recipe,
  contract: Contract.nullable(),
  /** Remembered from the last run that chose one; the blob is chosen afresh for every file. */
  destination: Place.nullable(),
  /** Names that it had: by these its deliveries are known in the warehouse. */
  formerly: z.array(z.string()).optional(),
  /** What a person has said of headers that changed. */
  header: HeaderMap.optional(),
  /** The columns of the last delivered file, in its order and by the labels that are expected; absent until there was one. */
  lastFile: z.array(ColumnPrint).optional(),
  updatedAt: z.string(),
})
export type Dataset = z.infer<typeof Dataset>

/** How its files are read; absent where each is detected anew. */
export function rememberedBy(dataset: Dataset | null): { remembered?: Remembered } {
  const { reading = null, contract = null, lastFile } = dataset ?? {}
  if (reading === null) return {}
  const labels = (lastFile ?? contract?.columns ?? []).map(({ label }) => label)
  return { remembered: { reading, labels } }
}
