import type { Engine } from '../../duckdb/engine.ts'
import { openEngine } from '../../duckdb/engine.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { inTurn } from '../../duckdb/turns.ts'

const megabyte = 1024 * 1024
const memoryBytes = { 'read-write': 256 * megabyte, 'read-only': 128 * megabyte }

/** Queries that have the file or wait for it; each is told when somebody comes who goes first. */
const guests = new Map<string, Set<AbortController>>()

/**
 * Has the file in turn until somebody comes for work of a run, who waits for the guest to go: `wanted` is aborted
 * then, before the guest's turn, too.
 */
export async function asGuest<Result>(
  file: string,
  signal: AbortSignal,
  work: (wanted: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const wanted = new AbortController()
  const others = guests.get(file) ?? new Set()
  guests.set(file, others.add(wanted))
  try {
    return await inTurn(file, signal, () => work(wanted.signal))
  } finally {
    others.delete(wanted)
  }
}

/**
 * Works with the warehouse file and closes it again. Within this thread the operations on one
 * file take turns, and queries give way; another process that has it open is met with `warehouse-in-use`.
 * Reading refuses every other file.
 */
export async function withWarehouse<Result>(
  file: string,
  access: 'read-write' | 'read-only',
  signal: AbortSignal,
  doing: string,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  for (const guest of guests.get(file) ?? []) guest.abort()
  return inTurn(file, signal, async () => {
    let engine: Engine | null = null
    try {
      engine = await openEngine(
        {
          file,
          tempFolder: `${file}.tmp`,
          access,
          otherFiles: access === 'read-write' ? 'allowed' : 'refused',
          memoryBytes: memoryBytes[access],
        },
        signal,
      )
      return await work(engine)
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, doing, file)
    } finally {
      engine?.close()
    }
  })
}
