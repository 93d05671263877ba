import { basename } from 'node:path'
import type { Overlap } from '../../shared/domain/runs/decision.ts'
import { type Delivery, correctionOf, rowsTaken } from '../../shared/domain/runs/delivery.ts'
import { decidingColumns, unknownColumn } from '../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { plural } from '../../shared/domain/sizes.ts'
import type { Control } from '../runs/ports/control.ts'
import type {
  ColumnValuesInput,
  ColumnValuesOutput,
  ContentsInput,
  ContentsOutput,
  DeliveriesInput,
  ForeseeOutput,
  LoadInput,
  LoadOutput,
  LoadReport,
  QueryAnswers,
  QueryInput,
  QueryOutput,
  QueryReport,
  TableTotalsInput,
  TableTotalsOutput,
  Warehouse,
} from '../runs/ports/warehouse.ts'
import { checkClashes, checkCompleted } from './completing.ts'
import { placed } from './place.ts'
import { unbalanced } from './unbalanced.ts'
import { warehouseOf } from './warehouses.ts'

/**
 * Loads an output file into a table, once, in whichever warehouse, as its meaning says. What decides which rows go
 * out is staged first; then what goes out, what comes in and is counted, and the ledger entry are published in one
 * transaction, so that a kill at any moment leaves either everything or nothing, and repeating is safe: a run that the ledger knows
 * changes nothing (`already`). Throws `table-mismatch`, `keys-unclear`, `rows-clash`, `delivery-gone`, `account-unbalanced`,
 * `integrity` when the file is not what cleaning wrote, `warehouse-in-use`, `disk-full`, or the signal's reason.
 */
export async function load(given: LoadInput, control: Control<LoadReport>): Promise<LoadOutput> {
  const input = placed(given)
  checkNames(input)
  const { signal } = control
  const tell = (rowsDone: number | null, doing: string): void => control.report({ rowsDone, doing })
  const doing = `loading ${basename(input.file)} into the warehouse`
  const system = warehouseOf(input.warehouse)
  const width = input.columns.length
  const waits = (what: string): void => tell(null, what)
  return await system.open(input.warehouse, { doing, width, waits }, signal, async (warehouse) => {
    const known = await warehouse.find(input.runId)
    if (known !== null) {
      await warehouse.tidy(known, input.cleaned)
      const { tableRows } = await warehouse.count(known.table, input.runId)
      return { rows: known.rows, tableRows, removed: rowsTaken(known), already: true }
    }

    // What cannot fit is refused before the file is read.
    await check(warehouse, input)
    if (isStaged(input)) {
      tell(0, 'Staging')
      await stage(warehouse, input)
    }
    tell(0, 'Publishing')
    await warehouse.publish(
      input,
      (share) => tell(Math.floor(share * input.rows), 'Publishing'),
      () => {
        tell(null, 'Committing')
        signal.throwIfAborted()
      },
    )
    // From here on an abort comes too late: the rows are there, and it must be said.
    tell(input.rows, 'Committed')
    const published = await warehouse.find(input.runId)
    if (published !== null) await warehouse.tidy(published, input.cleaned)
    return {
      ...(await warehouse.count(input.table, input.runId)),
      removed: published === null ? 0 : rowsTaken(published),
      already: false,
    }
  })
}

/** Whether a load would be refused, as `load` would refuse it, and how many rows would go out for it. Changes nothing. */
export async function foresee(
  given: LoadInput,
  { signal }: Control<never>,
): Promise<ForeseeOutput> {
  const input = placed(given)
  checkNames(input)
  const doing = `looking at what ${basename(input.file)} would change in the warehouse`
  const system = warehouseOf(input.warehouse)
  const width = input.columns.length
  return await system.open(
    input.warehouse,
    { doing, width, waits: () => undefined },
    signal,
    async (warehouse) => {
      if ((await warehouse.find(input.runId)) !== null) return { out: 0, lacking: [] }
      const lacking = input.addsColumns ? [] : await warehouse.lacking(input)
      if (lacking.length > 0) return { out: 0, lacking }
      await check(warehouse, input)
      if (!isStaged(input) && input.meaning.kind === 'append' && input.corrects === null)
        return { out: 0, lacking }
      if (isStaged(input)) await stage(warehouse, input)
      return { out: await warehouse.outgoing(input), lacking }
    },
  )
}

/** How a file and the table it would be added to overlap; null: there is none. Throws as `foresee` does. */
export async function weigh(given: LoadInput, { signal }: Control<never>): Promise<Overlap | null> {
  const input = placed(given)
  checkNames(input)
  const doing = `comparing ${basename(input.file)} with the warehouse`
  const system = warehouseOf(input.warehouse)
  const width = input.columns.length
  return await system.open(
    input.warehouse,
    { doing, width, waits: () => undefined },
    signal,
    async (warehouse) => {
      await check(warehouse, input)
      const lacking = input.addsColumns ? await warehouse.lacking(input) : []
      const common = input.columns.filter(({ name }) => !lacking.includes(name))
      return await warehouse.overlap(input, common)
    },
  )
}

export async function columnValues(
  given: ColumnValuesInput,
  { signal }: Control<never>,
): Promise<ColumnValuesOutput | null> {
  const { warehouse, ...input } = placed(given)
  return await warehouseOf(warehouse).columnValues(warehouse, input, signal)
}

/** What the rows of a run add up to in their table, in whichever warehouse. */
export async function tableTotals(
  given: TableTotalsInput,
  { signal }: Control<never>,
): Promise<TableTotalsOutput> {
  const { warehouse, ...input } = placed(given)
  return await warehouseOf(warehouse).tableTotals(warehouse, input, signal)
}

/** All that was ever delivered into a table, oldest first. */
export async function deliveries(
  given: DeliveriesInput,
  { signal }: Control<never>,
): Promise<Delivery[]> {
  const { warehouse, table } = placed(given)
  return await warehouseOf(warehouse).deliveries(warehouse, table, signal)
}

/** What stands in whichever warehouse, in a schema, in that of a table or in that of the connection. */
export async function contents(
  { warehouse: access, table = 'any', schema }: ContentsInput,
  { signal }: Control<never>,
): Promise<ContentsOutput> {
  if (schema !== undefined && access.kind === 'duckdb')
    throw new Problem({
      code: 'usage',
      what: 'The built-in warehouse has one schema.',
      did: 'Nothing was asked.',
      advice: 'Leave the schema out.',
    })
  const within = schema === undefined ? table : `${schema}.any`
  const { warehouse } = placed({ warehouse: access, table: within })
  return await warehouseOf(warehouse).contents(warehouse, signal)
}

/** One read-only statement, in whichever warehouse. */
export async function query(
  input: QueryInput,
  control: Control<QueryReport, QueryAnswers>,
): Promise<QueryOutput> {
  return await warehouseOf(input.warehouse).query(input.warehouse, input, control)
}

const isStaged = ({ meaning, completes }: LoadInput): boolean =>
  decidingColumns(meaning).length > 0 || completes !== null

async function check(warehouse: Warehouse, input: LoadInput): Promise<void> {
  await warehouse.check(input)
  if (input.completes !== null) checkCompleted(input, await warehouse.deliveries(input.table))
  if (input.corrects === null) return
  const deliveries = await warehouse.deliveries(input.table)
  const corrected = deliveries.find(({ runId }) => runId === input.corrects)
  const other = correctionOf(deliveries, input.corrects)
  if (corrected?.undoneAt === null && other === null) return
  throw new Problem({
    code: 'delivery-gone',
    what:
      other !== null
        ? `The delivery of the run ${input.corrects} has been corrected already, by the run ${other.runId}.`
        : corrected === undefined
          ? `The run ${input.corrects} has delivered nothing into the table "${input.table}".`
          : `The delivery of the run ${input.corrects} has been undone, so nothing can take its place.`,
    did: 'Pallet changed nothing in the warehouse.',
    advice: 'Send the file again; Pallet then looks at what is in the table now.',
  })
}

/** Rows that are staged are as many as were written, and their keys tell them apart. */
async function stage(warehouse: Warehouse, input: LoadInput): Promise<void> {
  const staged = await warehouse.stage(input)
  if (staged !== input.rows) throw unbalanced(input, staged, 'were staged')
  if (input.meaning.kind === 'upsert') await checkKeys(warehouse, input, input.meaning.keys)
  if (input.completes !== null)
    await checkClashes(warehouse, input, await warehouse.deliveries(input.table))
}

async function checkKeys(
  warehouse: Warehouse,
  input: LoadInput,
  keys: readonly string[],
): Promise<void> {
  const { empty, repeated } = await warehouse.keyFaults(keys)
  if (empty === 0 && repeated === 0) return
  const faults = [
    ...(empty > 0 ? [`${plural(empty, 'row')} with an empty cell there`] : []),
    ...(repeated > 0 ? [`${plural(repeated, 'row')} that share theirs with another`] : []),
  ]
  throw new Problem({
    code: 'keys-unclear',
    what: `The rows of this file cannot be told apart by ${keys.join(' and ')}: there are ${faults.join(', and ')}.`,
    did: `Pallet changed nothing in the warehouse; the table "${input.table}" is as it was.`,
    advice:
      'Choose columns that name every row once, or have the file corrected where it comes from.',
  })
}

function checkNames(input: LoadInput): void {
  const reserved = [input.table, ...input.columns.map(({ name }) => name)].find((name) =>
    name.toLowerCase().startsWith('_pallet_'),
  )
  if (reserved !== undefined || input.table.includes('\0'))
    throw new Problem({
      code: 'usage',
      what: `The name "${reserved ?? input.table}" cannot be used: names that begin with _pallet_ are Pallet's own.`,
      did: 'Pallet changed nothing in the warehouse.',
      advice: 'Choose another name.',
    })
  const unknown = unknownColumn(input.meaning, input.columns)
  if (unknown !== null)
    throw new Problem({
      code: 'usage',
      what: `The file has no column "${unknown}", by which its rows take the place of others.`,
      did: 'Pallet changed nothing in the warehouse.',
      advice: `Its columns are: ${input.columns.map(({ name }) => name).join(', ')}.`,
      detail: decidingColumns(input.meaning).join(', '),
    })
}
