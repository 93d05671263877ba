import { join } from 'node:path'
import type {
  AccessOf,
  LoadInput,
  LoadOutput,
  QueryOutput,
  UndoOutput,
} from '../../../main/runs/ports/warehouse.ts'
import { answer } from '../../../main/warehouse/duckdb/answer.ts'
import { load } from '../../../main/warehouse/load.ts'
import { undo } from '../../../main/warehouse/undo.ts'
import { cleanFile } from '../../fixtures/cleanFile.ts'

const never = (): Promise<never> => Promise.reject(new Error('nothing is asked here'))

export type DuckdbLoad = LoadInput & { warehouse: AccessOf<'duckdb'> }

/** A clean file of `rows` rows, and the load that brings it into the warehouse of its folder. */
export function writeClean(folder: string, runId: string, rows: string[]): DuckdbLoad {
  const warehouse = { kind: 'duckdb', file: join(folder, 'warehouse.duckdb') } as const
  return { ...cleanFile(folder, runId, rows), warehouse }
}

export async function runLoad(
  input: LoadInput,
  report: (doing: string) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<LoadOutput> {
  return load(input, { signal, report: ({ doing }) => report(doing), ask: never })
}

export async function runUndo(
  file: string,
  runId: string,
  dry = false,
  report: (doing: string) => void = () => undefined,
): Promise<UndoOutput> {
  return undo(
    { warehouse: { kind: 'duckdb', file }, table: 'sales', runId, dry },
    { signal: new AbortController().signal, report: ({ doing }) => report(doing), ask: never },
  )
}

/** As a query is answered, in this process. */
export async function ask(
  file: string,
  sql: string,
  limit = 100,
  signal: AbortSignal = new AbortController().signal,
): Promise<QueryOutput> {
  const tempFolder = `${file}.query.tmp`
  return answer({ file, sql, limit, tempFolder, tempBytes: 1024 ** 3 }, signal)
}
