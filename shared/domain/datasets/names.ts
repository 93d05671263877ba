import { Problem } from '../problem.ts'
import { extensions, packedExtensions } from '../files/reading.ts'
import { latinMarks, plainName } from '../columns/columnNames.ts'
import { elsewhereNames } from '../recipe/cleanOn.ts'
import { sandboxName } from '../connection.ts'
import type {
  BlobTarget,
  ChosenDestination,
  Dataset,
  Destination,
  OutputFormat,
  Place,
  TriggerTarget,
  WarehouseTarget,
} from './dataset.ts'
import { formatCount } from '../sizes.ts'
import { localDay } from '../localTime.ts'
import { meaningShort } from './meaning.ts'

/** The name a person would give the kind of export: `Sales_Store12_2026-11-20.csv` → `sales-store`. */
export function proposeDataset(fileName: string): string {
  const name = stem(fileName)
    .normalize('NFKD')
    .toLowerCase()
    .replace(latinMarks, '')
    .normalize('NFC')
    .replace(/\p{N}+/gu, ' ')
    .replace(/(?:(?![a-z])(?:[^\p{L}\p{M}]|\p{Script=Latin}))+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
  return name === '' ? 'export' : name
}

/** `sales-store` → `sales_store`. */
export function proposeTable(dataset: string): string {
  return plainName(dataset) || 'export'
}

/** A file on its way, when it was sent, and the run that brings it. */
export interface SentFile {
  name: string
  at: Date
  run: string
}

/**
 * Blob name: `sales/2026-11-20/20261120-181533-9f2c0a1b3d4e_Sales.csv`. A folder for each day, as this computer has it; a blob
 * for each run, because tills call every file the same; the file's own name, so that a person finds it again.
 */
export function proposeBlob(dataset: string, file: SentFile, format: OutputFormat): string {
  const name = stem(file.name).replace(/[^\p{L}\p{N}._ -]+/gu, '_') || 'export'
  return `${dataset}/${localDay(file.at)}/${file.run}_${name}.${format}`
}

export const defaultContainer = 'pallet'

/** What fills in a destination besides the person's choice. */
export interface KnownConnections {
  /** Where blobs go that name no connection. */
  fallback: string
  containerOf(connection: string): string | null
}

/** Fills in what the person left open: first what the dataset remembers, then the connection, then plain defaults. */
export function completeDestination(
  chosen: ChosenDestination,
  dataset: Pick<Dataset, 'name' | 'destination'>,
  file: SentFile,
  connections: KnownConnections,
): Destination {
  const remembered = dataset.destination
  const blob = chosen.blob === undefined && remembered !== null ? remembered.blob : chosen.blob
  const warehouse =
    chosen.warehouse === undefined && remembered !== null ? remembered.warehouse : chosen.warehouse
  return {
    blob:
      blob === null
        ? null
        : completeBlob(blob ?? {}, remembered?.blob ?? null, dataset.name, file, connections),
    warehouse:
      warehouse === null
        ? null
        : completeWarehouse(warehouse ?? {}, remembered?.warehouse ?? null, dataset.name),
    ...(chosen.topic === undefined ? {} : { topic: chosen.topic }),
    triggers: chosen.triggers ?? remembered?.triggers ?? [],
  }
}

function completeWarehouse(
  chosen: NonNullable<ChosenDestination['warehouse']>,
  remembered: WarehouseTarget | null,
  dataset: string,
): WarehouseTarget {
  const connection = chosen.connection ?? remembered?.connection ?? sandboxName
  // Another warehouse need not be able to.
  const before = remembered?.connection === connection ? remembered.cleanOn : undefined
  const cleanOn = chosen.cleanOn ?? before ?? 'local'
  return {
    connection,
    table: chosen.table ?? remembered?.table ?? proposeTable(dataset),
    ...meaningOf(chosen, remembered),
    ...(cleanOn === 'local' ? {} : { cleanOn }),
  }
}

function meaningOf(
  { meaning, assumed }: NonNullable<ChosenDestination['warehouse']>,
  remembered: WarehouseTarget | null,
): Pick<WarehouseTarget, 'meaning' | 'assumed'> {
  if (meaning !== undefined) return { meaning, assumed }
  return remembered === null
    ? { meaning: { kind: 'append' }, assumed: true }
    : { meaning: remembered.meaning, assumed: remembered.assumed }
}

function completeBlob(
  chosen: Partial<{ [Key in keyof BlobTarget]: BlobTarget[Key] | undefined }>,
  remembered: Omit<BlobTarget, 'name'> | null,
  dataset: string,
  file: SentFile,
  connections: KnownConnections,
): BlobTarget {
  const connection = chosen.connection ?? remembered?.connection ?? connections.fallback
  const rememberedContainer = remembered?.connection === connection ? remembered.container : null
  const format = chosen.format ?? remembered?.format ?? 'csv'
  return {
    connection,
    container:
      chosen.container ??
      rememberedContainer ??
      connections.containerOf(connection) ??
      defaultContainer,
    name: chosen.name ?? proposeBlob(dataset, file, format),
    format,
  }
}

/**
 * The blob of rows that complete a delivery: beside that of the delivery, and named as it is up to its last part, so that
 * all files of one delivery have one beginning: `sales/2026-11-20/RUN_sales.csv` and `…/RUN_sales.fixed-OTHER.csv`.
 */
export function completingBlob(
  { name, format }: Pick<BlobTarget, 'name' | 'format'>,
  run: string,
): string {
  const end = `.${format}`
  const start = name.endsWith(end) ? name.slice(0, -end.length) : name
  return `${start}.fixed-${run}${end}`
}

/** `airflow (retail_load)` */
export function toldShort({ connection, job }: TriggerTarget): string {
  return job === undefined ? connection : `${connection} (${job})`
}

/** The same with what holds of it: `airflow (retail_load) if rows changed`. */
function toldWords(target: TriggerTarget): string {
  const { when, onFailure } = target
  return `${toldShort(target)}${when === 'changed' ? ' if rows changed' : ''}${onFailure === 'warn' ? ', whose failure is a notice' : ''}`
}

/** Who is told, as a sentence. */
export const toldSentence = (triggers: readonly TriggerTarget[]): string =>
  triggers.length === 0
    ? 'Nobody is told when the data has landed.'
    : `Told when the data has landed: ${triggers.map(toldWords).join('; ')}.`

/** The destination in one line. */
export function destinationSentence({
  blob,
  warehouse,
  topic,
  triggers,
}: Place & Pick<Destination, 'topic'>): string {
  if (topic !== undefined)
    return [
      `To the topic ${topic.topic} at ${topic.connection}`,
      ...(topic.key.length === 0 ? [] : [`key ${topic.key.join(', ')}`]),
      ...(topic.perSecond === undefined ? [] : [`${formatCount(topic.perSecond)} a second`]),
      ...triggers.map((target) => `then tells ${toldWords(target)}`),
    ].join(' · ')
  const parts = [
    ...(blob === null ? ['no blob'] : [blob.connection, `container ${blob.container}`]),
    ...(warehouse === null
      ? ['no table']
      : [
          `table ${warehouse.table}${warehouse.connection === sandboxName ? '' : ` at ${warehouse.connection}`}`,
          meaningShort(warehouse.meaning),
          ...(warehouse.cleanOn === undefined
            ? []
            : [`cleaned in ${elsewhereNames[warehouse.cleanOn]}`]),
        ]),
    ...triggers.map((target) => `then tells ${toldWords(target)}`),
  ]
  return `To ${parts.join(' · ')}`
}

/** Azure: 3 to 63 of a-z, 0-9 and single hyphens between them; three names with a meaning of their own. */
const containerName = /^(?:[a-z0-9](?:-?[a-z0-9]){2,62}|\$root|\$web|\$logs)$/
const longestTableName = 128

/**
 * What is wrong with a name of a run, as a sentence, or null. Asked before a run is made: a name that
 * cannot be would fail it only after everything was cleaned and sent. `known`: the dataset, as it was until now.
 */
export function wrongName(
  dataset: string,
  destination: Destination,
  known: Pick<Dataset, 'destination'> | null,
): string | null {
  const { blob, warehouse, topic } = destination
  if (dataset.trim() === '' || dataset.length > 63)
    return 'The name of a dataset has 1 to 63 characters.'
  if (topic !== undefined)
    return blob === null && warehouse === null
      ? null
      : 'What is published goes to a topic alone, without a blob and a table.'
  if (blob === null && warehouse === null)
    return 'A run needs a place to go: a blob, a table or both.'
  return (
    (blob === null ? null : wrongBlob(blob)) ??
    (warehouse === null ? null : wrongTable(warehouse, known))
  )
}

/** What is wrong with where a blob shall be, as a sentence, or null. */
export function wrongBlob({
  container,
  name,
}: Pick<BlobTarget, 'container' | 'name'>): string | null {
  if (name.trim() === '' || name.length > 1024 || hasControl(name))
    return 'The name of a blob has 1 to 1,024 characters, none of them invisible.'
  return wrongContainer(container)
}

/** A name that cannot be ends it here, before anything is done. */
export function refuseName(wrong: string | null): void {
  if (wrong === null) return
  throw new Problem({
    code: 'usage',
    what: wrong,
    did: 'Nothing was sent.',
    advice: 'Choose another name.',
  })
}

/** What is wrong with the name of a container, as a sentence, or null. */
export function wrongContainer(container: string): string | null {
  if (containerName.test(container) && container.length <= 63) return null
  return `“${container}” cannot be the name of a container: it has 3 to 63 lower-case letters, digits and single hyphens.`
}

/**
 * What is wrong with the name of a table, as a sentence, or null. The built-in warehouse has one schema: a point would be a part of the name, which
 * whoever writes SCHEMA.TABLE does not mean. A table that a dataset has had until now keeps its name.
 */
export function wrongTable(
  { connection, table }: Pick<WarehouseTarget, 'connection' | 'table'>,
  known: Pick<Dataset, 'destination'> | null,
): string | null {
  const before = known?.destination?.warehouse
  if (table.includes('.') && connection === sandboxName && before?.table !== table)
    return `“${table}” cannot be the name of a table in the built-in warehouse, which has one schema: write the name without a point.`
  if (table.trim() === '' || table.length > longestTableName || hasControl(table))
    return `The name of a table has 1 to ${longestTableName} characters, none of them invisible.`
  if (table.toLowerCase().startsWith('_pallet_'))
    return `“${table}” cannot be the name of a table: names that begin with _pallet_ are Pallet’s own.`
  return null
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text)
}

const knownExtensions = new RegExp(
  `(\\.(${[...Object.values(extensions).flat(), ...packedExtensions].join('|')}))+$`,
  'i',
)

function stem(fileName: string): string {
  const base = fileName.split(/[\\/]/).at(-1) ?? fileName
  return base.replace(knownExtensions, '')
}

/** The variable that brings a secret to a computer without a keychain, or to a container; `place` is its name in the vault. */
export function secretVariable(place: string): string {
  return `PALLET_SECRET_${place
    .toUpperCase()
    .replace('/', '__')
    .replace(/[^A-Z0-9]/g, '_')}`
}
