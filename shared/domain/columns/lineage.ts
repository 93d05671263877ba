import { extractColumns } from '../arriving/extract.ts'
import { lineageColumns } from '../streams/stream.ts'

const labels: ReadonlySet<string> = new Set([...lineageColumns, ...extractColumns])

/** Whether a column says where a record is from: its place in a topic or in a list that was fetched. */
export const isLineage = (label: string): boolean => labels.has(label)
