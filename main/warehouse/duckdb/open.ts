import { realpath, rm, stat } from 'node:fs/promises'
import type { Engine, EngineOptions } from '../../duckdb/engine.ts'
import { openEngine } from '../../duckdb/engine.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { inTurn, orAborted } from '../../duckdb/turns.ts'

const megabyte = 1024 * 1024

type Room = Pick<EngineOptions, 'access' | 'otherFiles' | 'memoryBytes' | 'threads'>

export const forReading: Room = {
  access: 'read-only',
  otherFiles: 'refused',
  memoryBytes: 128 * megabyte,
}

/**
 * Every column has blocks of its own that are filled side by side, once more where rows are put away for them, and a
 * second thread has them once more: wide rows are written by one, with memory by their columns. What they count for
 * is mostly never touched.
 */
export function forWriting(width: number): Room {
  const wide = Math.max(0, width - 64)
  return {
    access: 'read-write',
    otherFiles: 'allowed',
    memoryBytes: 256 * megabyte + wide * 800 * 1024,
    threads: wide > 0 ? 1 : 2,
  }
}

/** Whether there is a warehouse: an empty file holds nothing. What cannot be looked at is for the engine to refuse. */
export async function isThere(file: string): Promise<boolean> {
  try {
    const found = await stat(file)
    return !found.isFile() || found.size > 0
  } catch {
    return false
  }
}

/** A query that has the file or waits for it. */
interface Guest {
  /** Aborted when somebody comes who goes first. */
  wanted: AbortController
  /** What reads the file beside it, one after the other, once it has the file; null: it went before it had it. */
  beside: Promise<(<Result>(look: () => Promise<Result>) => Promise<Result>) | null>
}

const guests = new Map<string, Set<Guest>>()

/**
 * Has the file in turn until somebody comes for work of a run, who waits for the guest to go: `wanted` is aborted
 * then, before the guest's turn, too. Who only looks at the file does so beside the guest, who reads in a process of its own.
 */
export async function asGuest<Result>(
  file: string,
  signal: AbortSignal,
  work: (wanted: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { promise: beside, resolve: begin } = Promise.withResolvers<Awaited<Guest['beside']>>()
  const guest: Guest = { wanted: new AbortController(), beside }
  const others = guests.get(file) ?? new Set()
  guests.set(file, others.add(guest))
  try {
    return await inTurn(file, signal, async () => {
      let looks: Promise<unknown> = Promise.resolve()
      begin((look) => {
        const next = looks.then(look)
        looks = next.catch(() => {})
        return next
      })
      try {
        return await work(guest.wanted.signal)
      } finally {
        others.delete(guest)
        await looks
      }
    })
  } finally {
    others.delete(guest)
    begin(null)
  }
}

/**
 * Works with the warehouse file and closes it again. Within this thread the operations on one
 * file take turns, and queries give way to what writes; another process that has it open is met with `warehouse-in-use`.
 * Reading refuses every other file.
 */
export async function withWarehouse<Result>(
  file: string,
  room: Room,
  signal: AbortSignal,
  doing: string,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const opened = async (): Promise<Result> => {
    let engine: Engine | null = null
    let isNew = false
    try {
      // What the engine has beside its file it is refused where a link leads to it.
      const real = await realpath(file).catch(() => null)
      // It takes an empty file, as a full disk may leave it, for a damaged one.
      isNew = !(await isThere(file))
      if (room.access === 'read-write' && real !== null && isNew) await rm(real)
      engine = await openEngine(
        {
          file: real ?? file,
          tempFolder: `${file}.tmp`,
          ...room,
        },
        signal,
      )
      return await work(engine)
    } catch (error) {
      const problem = engineProblem(error, doing, file)
      // A beginning that the disk had no room for would be a damaged file for ever.
      if (isNew && engine === null && problem.data.code === 'disk-full')
        await realpath(file).then(rm, () => undefined)
      signal.throwIfAborted()
      throw problem
    } finally {
      engine?.close()
    }
  }
  if (room.access === 'read-only')
    for (const guest of guests.get(file) ?? []) {
      const beside = await orAborted(guest.beside, signal)
      if (beside !== null && guests.get(file)?.has(guest) === true) return beside(opened)
    }
  else for (const { wanted } of guests.get(file) ?? []) wanted.abort()
  return inTurn(file, signal, opened)
}
