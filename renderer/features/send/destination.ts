import type { StartRun } from '../../../shared/contract/call.ts'
import { refuseHeldTo, refuseOtherPlace } from '../../../shared/domain/recipe/cleanElsewhere.ts'
import { CleaningWarehouse } from '../../../shared/domain/recipe/cleanOn.ts'
import { environmentName, sandboxName, type Connection } from '../../../shared/domain/connection.ts'
import type {
  ChosenDestination,
  Column,
  Dataset,
  Destination,
  OutputFormat,
  Place,
  WarehouseTarget,
} from '../../../shared/domain/datasets/dataset.ts'
import {
  completeDestination,
  wrongContainer,
  wrongTable,
} from '../../../shared/domain/datasets/names.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { sentColumns } from '../../../shared/domain/columns/sentColumns.ts'
import { tableIn } from '../../../shared/domain/warehouse/tableName.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import type { Ability } from '../../../shared/systems/record.ts'
import { wrongTrigger } from '../../../shared/systems/telling.ts'
import { sentUnder } from '../../core/header.ts'
import type { ChosenFile, Choices } from '../../core/chosenFiles.ts'
import { changedSteps } from '../../core/recipes.ts'

export const formatWords: Record<OutputFormat, string> = {
  csv: 'CSV',
  'csv.gz': 'CSV, compressed',
  parquet: 'Parquet',
}

/** The connections whose system can be this to a run. */
export function connectionsFor(
  ability: Ability,
  connections: readonly Connection[],
): readonly Connection[] {
  return connections.filter(
    ({ settings }) => kindNamed(settings.kind)?.system.canBe.includes(ability) === true,
  )
}

/** Where a file goes: what the person chose, else what its dataset remembers, else the core's own defaults. */
export function targetOf(
  file: Pick<ChosenFile, 'name' | 'choices'>,
  dataset: Dataset | null,
  connections: readonly Connection[],
): Destination {
  const { choices } = file
  return completeDestination(
    withoutBlankName(choices.destination),
    { name: choices.dataset.trim(), destination: dataset?.destination ?? null },
    // Which run it will be is known once it is sent.
    { name: file.name, at: new Date(), run: '…' },
    {
      fallback: connections.some(({ name }) => name === environmentName)
        ? environmentName
        : sandboxName,
      containerOf: (name) =>
        connections.find((connection) => connection.name === name)?.container ?? null,
    },
  )
}

/** As a person means it: without spaces around it, and one that was emptied as if it was never given. */
function withoutBlankName(chosen: ChosenDestination): ChosenDestination {
  if (chosen.blob?.name === undefined) return chosen
  const { name, ...blob } = chosen.blob
  return { ...chosen, blob: name.trim() === '' ? blob : { ...blob, name: name.trim() } }
}

/** What is wrong with one of those who are told; null: nothing, or there is no such connection, which the core says. */
export function complaintOf(
  at: number,
  destination: Place,
  connections: readonly Connection[],
): string | null {
  const name = destination.triggers[at]?.connection
  const kind = connections.find((known) => known.name === name)?.settings.kind
  return kind === undefined ? null : wrongTrigger(at, destination, kind)
}

/** Where a table lies whose place the connection or its own name says, as a hint; none: in the built-in warehouse there is no choice. */
export function landsIn(
  { connection, table }: Pick<WarehouseTarget, 'connection' | 'table'>,
  connections: readonly Connection[],
): { hint?: string } {
  const settings = connections.find(({ name }) => name === connection)?.settings
  const { system } = kindNamed(settings?.kind ?? '') ?? {}
  const place = settings === undefined ? null : system?.lineage?.(settings, null)
  return place == null ? {} : { hint: `Lands in ${tableIn(place.before, table)}.` }
}

/** The warehouse of a connection, where it can clean the rows that are for it. */
export function cleanerOf(
  connection: string,
  connections: readonly Connection[],
): CleaningWarehouse | null {
  return CleaningWarehouse.safeParse(systemOf(connection, connections)).data ?? null
}

const systemOf = (connection: string, connections: readonly Connection[]): string => {
  const settings = connections.find(({ name }) => name === connection)?.settings
  return kindNamed(settings?.kind ?? '')?.system.name ?? ''
}

/** Why the rows cannot be cleaned where it was chosen; null: they can. */
function wrongCleaner(
  destination: Destination,
  connections: readonly Connection[],
  dataset: Dataset | null,
): string | null {
  const { cleanOn } = destination.warehouse ?? {}
  if (cleanOn === undefined) return null
  try {
    refuseOtherPlace(destination, (name) => systemOf(name, connections))
    refuseHeldTo(cleanOn, dataset)
    return null
  } catch (error) {
    return Problem.from(error).data.what
  }
}

/** What is wrong with a target, by field; empty when it can be used. */
export function targetErrors(
  destination: Destination,
  connections: readonly Connection[],
  dataset: Dataset | null,
): {
  container?: string
  table?: string
  cleaner?: string
  both?: string
  told?: string
  topic?: string
} {
  const { blob, warehouse, triggers, topic } = destination
  const container = blob === null ? null : wrongContainer(blob.container)
  const table = warehouse === null ? null : wrongTable(warehouse, dataset)
  const cleaner = wrongCleaner(destination, connections, dataset)
  const [told] = triggers.flatMap((_, at) => complaintOf(at, destination, connections) ?? [])
  return {
    ...(topic?.topic === '' ? { topic: 'Choose a topic.' } : {}),
    ...(topic === undefined && blob === null && warehouse === null
      ? { both: 'Choose a blob, a table or both.' }
      : {}),
    ...(container === null ? {} : { container }),
    ...(table === null ? {} : { table }),
    ...(cleaner === null ? {} : { cleaner }),
    ...(told === undefined ? {} : { told }),
  }
}

/**
 * What `runs.start` is told: the destination as it was shown, reading, columns and steps only when
 * the person changed them. The blob is left to the core unless it was named.
 */
export function startInput(
  choices: Choices,
  dataset: Dataset | null,
  target: Destination,
  seen: readonly Column[] | null,
): Omit<StartRun, 'source'> {
  const { name: _, ...place } = target.blob ?? {}
  const recipe = changedSteps(choices, dataset)
  // What the dataset remembers holds where nothing is said.
  const isTakenBack =
    dataset?.destination?.warehouse?.cleanOn !== undefined &&
    target.warehouse !== null &&
    target.warehouse.cleanOn === undefined
  const blobNamed = withoutBlankName(choices.destination).blob?.name !== undefined
  return {
    dataset: choices.dataset.trim(),
    ...(choices.reading === null ? {} : { reading: choices.reading }),
    ...(seen === null
      ? {}
      : {
          columns: sentColumns(seen, sentUnder(seen, dataset, choices), choices.columns),
        }),
    ...(choices.header === null ? {} : { header: choices.header }),
    ...(recipe === null ? {} : { recipe: { steps: recipe, keep: choices.keepsRecipe ?? true } }),
    ...(choices.destination.warehouse?.meaning === undefined ? {} : { remember: true }),
    // A person is here to be asked.
    ifDelivered: 'ask',
    destination: {
      ...target,
      ...(blobNamed || target.blob === null ? {} : { blob: place }),
      ...(isTakenBack ? { warehouse: { ...target.warehouse, cleanOn: 'local' as const } } : {}),
    },
  }
}
