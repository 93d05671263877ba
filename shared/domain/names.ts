import type { Dataset, Destination, OutputFormat } from './dataset.ts'

/** The name a person would give the kind of export: `Sales_Store12_2026-11-20.csv` → `sales-store`. */
export function proposeDataset(fileName: string): string {
  const name = stem(fileName)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[0-9]+/g, ' ')
    .replace(/[^a-z]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
  return name === '' ? 'export' : name
}

/** `sales-store` → `sales_store`: letters, digits and underscores, not starting with a digit. */
export function proposeTable(dataset: string): string {
  const name = dataset
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 63)
  return name === '' ? 'export' : /^\d/.test(name) ? `t_${name}` : name
}

/** Blob name: `sales/Sales 2026-11-20.csv`. The file's own name is kept, so that a person finds it again. */
export function proposeBlob(dataset: string, fileName: string, format: OutputFormat): string {
  const name = stem(fileName).replace(/[^\p{L}\p{N}._ -]+/gu, '_') || 'export'
  return `${dataset}/${name}.${format}`
}

export const defaultContainer = 'pallet'

/** Fills in what the person left open: first what the dataset remembers, then the connection, then plain defaults. */
export function completeDestination(
  chosen: Partial<{ [Key in keyof Destination]: Destination[Key] | undefined }>,
  dataset: { name: string; destination: Dataset['destination'] },
  fileName: string,
  connections: {
    fallback: string
    containerOf(connection: string): string | null
  },
): Destination {
  const remembered = dataset.destination
  const connection = chosen.connection ?? remembered?.connection ?? connections.fallback
  const rememberedContainer =
    remembered !== null && remembered.connection === connection ? remembered.container : null
  const format = chosen.format ?? remembered?.format ?? 'csv'
  return {
    connection,
    container:
      chosen.container ??
      rememberedContainer ??
      connections.containerOf(connection) ??
      defaultContainer,
    blob: chosen.blob ?? proposeBlob(dataset.name, fileName, format),
    format,
    table: chosen.table ?? remembered?.table ?? proposeTable(dataset.name),
    mode: chosen.mode ?? remembered?.mode ?? 'append',
  }
}

function stem(fileName: string): string {
  const base = fileName.split(/[\\/]/).at(-1) ?? fileName
  return base.replace(/(\.(csv|tsv|txt|tab|dat|gz))+$/i, '')
}
