/** Brings the steps of a recipe what they need from outside of the file, whichever room works them. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import {
  type Sought,
  TableThen,
  asksAlike,
  soughtBy,
  stepsOf,
} from '../../../shared/domain/recipe/lookUp.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import type { LookedUp, Outside } from '../ports/outside.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository } from '../ports/store.ts'
import type { ColumnValuesOutput, WarehouseAccess } from '../ports/warehouse.ts'
import { quiet } from '../quiet.ts'
import type { TokenKeys } from './tokenKeys.ts'

export interface OutsideParts {
  rooms: Pick<Rooms, 'columnValues'>
  datasets: Pick<DatasetRepository, 'get'>
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  tokenKeys: Pick<TokenKeys, 'key'>
}

export interface Brought extends Outside {
  tables: readonly (LookedUp & TableThen)[]
}

/** Whether a recipe needs anything from outside. */
export function needsOutside(recipe: Recipe): boolean {
  return stepsOf(recipe, 'look-up').length + stepsOf(recipe, 'tokenise').length > 0
}

/** Writes what steps look up into files of a folder, which whoever asks removes. Throws where it cannot be had. */
export async function broughtTo(
  parts: OutsideParts,
  recipe: Recipe,
  folder: string,
  signal: AbortSignal,
): Promise<Brought> {
  const tables: (LookedUp & TableThen)[] = []
  for (const [nth, one] of soughtIn(recipe).entries()) {
    await mkdir(folder, { recursive: true })
    const file = join(folder, `looked-up-${nth + 1}.parquet`)
    tables.push({ ...one, ...(await written(parts, one, file, signal)), file })
  }
  return { tables, ...(await tokenKeyFor(parts, recipe)) }
}

/** As `broughtTo`, once for a run: one that begins again looks up in the tables as they were. */
export async function broughtOnce(
  parts: OutsideParts,
  recipe: Recipe,
  folder: string,
  signal: AbortSignal,
): Promise<Brought> {
  const before = await listed(join(folder, 'tables.json'))
  const tables = before.map((one) => ({ ...one, file: join(folder, one.file) }))
  const sought = soughtIn(recipe)
  const isSame =
    tables.length === sought.length &&
    tables.every((one) => sought.some((other) => asksAlike(one, other)))
  if (isSame && tables.length > 0) return { tables, ...(await tokenKeyFor(parts, recipe)) }
  const partial = `${folder}.part`
  await rm(partial, { recursive: true, force: true })
  const brought = await broughtTo(parts, recipe, partial, signal)
  if (brought.tables.length === 0) return brought
  const named = brought.tables.map((one) => ({ ...one, file: basename(one.file) }))
  await writeFile(join(partial, 'tables.json'), JSON.stringify(named))
  await rm(folder, { recursive: true, force: true })
  await rename(partial, folder)
  return { ...brought, tables: named.map((one) => ({ ...one, file: join(folder, one.file) })) }
}

const Tables = z.array(
  TableThen.extend({
    keys: z.array(z.string()),
    columns: z.array(z.string()),
    file: z.string(),
  }),
)

/** What was listed there; nothing where that was never finished. */
async function listed(file: string): Promise<z.infer<typeof Tables>> {
  try {
    return Tables.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return []
  }
}

/** The tables, without what was looked up. */
export function thenOf({ tables }: Brought): TableThen[] {
  return tables.map(({ dataset, rows, deliveredAt }) => ({ dataset, rows, deliveredAt }))
}

function soughtIn(recipe: Recipe): Sought[] {
  const sought: Sought[] = []
  for (const one of stepsOf(recipe, 'look-up').map(soughtBy))
    if (!sought.some((other) => asksAlike(one, other))) sought.push(one)
  return sought
}

async function tokenKeyFor(
  { tokenKeys }: OutsideParts,
  recipe: Recipe,
): Promise<Pick<Outside, 'tokenKey'>> {
  const steps = stepsOf(recipe, 'tokenise')
  if (steps.length === 0) return {}
  return { tokenKey: await tokenKeys.key(steps.flatMap(({ key }) => key ?? [])) }
}

async function written(
  { rooms, datasets, warehouseOf }: OutsideParts,
  { dataset, keys, columns }: Sought,
  file: string,
  signal: AbortSignal,
): Promise<ColumnValuesOutput> {
  const table = datasets.get(dataset)?.destination?.warehouse ?? null
  if (table === null)
    throw notThere(
      dataset,
      datasets.get(dataset) === null
        ? `there is no dataset ${dataset}`
        : `its files go into no table`,
    )
  const warehouse = await warehouseOf(table.connection)
  const found = await rooms.columnValues(
    { warehouse, table: table.table, keys, columns, file },
    quiet(signal),
  )
  if (found !== null) return found
  const names = [...keys, ...columns].map((name) => `“${name}”`).join(', ')
  throw notThere(dataset, `its table ${table.table} is not there, or lacks one of ${names}`)
}

function notThere(dataset: string, why: string): Problem {
  return new Problem({
    code: 'contract-mismatch',
    what: `A step looks something up in ${dataset}, but ${why}.`,
    did: 'Pallet stopped before anything was sent.',
    advice: `Send a file of ${dataset} first, or correct the step: it needs the names that columns have in the table, which stand under Datasets.`,
  })
}

/** The rooms, so that each is brought what the recipe needs that it is given; whoever has it already gives it. */
export function withOutside(rooms: Rooms, parts: OutsideParts): Rooms {
  const bring = async <
    Input extends { recipe: Recipe; workFolder: string; outside?: Outside },
    Output,
  >(
    input: Input,
    signal: AbortSignal,
    work: (input: Input) => Promise<Output>,
  ): Promise<Output> => {
    if (input.outside !== undefined || !needsOutside(input.recipe)) return await work(input)
    const folder = `${input.workFolder}-outside`
    try {
      return await work({ ...input, outside: await broughtTo(parts, input.recipe, folder, signal) })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  return {
    ...rooms,
    clean: (input, control) => bring(input, control.signal, (one) => rooms.clean(one, control)),
    profile: (input, control) => bring(input, control.signal, (one) => rooms.profile(one, control)),
    suggest: (input, control) => bring(input, control.signal, (one) => rooms.suggest(one, control)),
    similar: (input, control) => bring(input, control.signal, (one) => rooms.similar(one, control)),
    select: (input, control) => bring(input, control.signal, (one) => rooms.select(one, control)),
    effect: (input, control) => bring(input, control.signal, (one) => rooms.effect(one, control)),
    work: (input, control) => bring(input, control.signal, (one) => rooms.work(one, control)),
    compareDefinitions: (input, control) => {
      const { folder } = input
      const { signal } = control
      return bring({ ...input.before, workFolder: `${folder}-before` }, signal, (before) =>
        bring({ ...input.after, workFolder: `${folder}-after` }, signal, (after) =>
          rooms.compareDefinitions({ ...input, before, after }, control),
        ),
      )
    },
  }
}
