import { Worker } from 'node:worker_threads'
import { Problem } from '../../shared/domain/problem.ts'
import type { Control } from '../runs/ports/control.ts'
import type { Rooms } from '../runs/ports/rooms.ts'
import type { QueryOutput } from '../runs/ports/warehouse.ts'
import { type Fork, forkNode } from '../processes/child.ts'
import type { FromThread, ToThread } from './messages.ts'
import { answerInProcess } from './queryProcess.ts'
import { type Lane, type TaskName, tasks } from './tasks.ts'

/** How long closing waits for tasks to return, and then again for their threads to leave. */
const taskWaitMs = 15_000
export const closeWaitMs = 2 * taskWaitMs

type AnyControl = Control<unknown, Record<string, unknown>>
interface Pending {
  task: TaskName
  control: AnyControl
  resolve: (output: unknown) => void
  reject: (problem: Problem) => void
}

export interface Pool extends Rooms {
  /** Aborts what runs, waits for it to return (at most `limitMs`), and ends the threads. */
  close(limitMs?: number): Promise<void>
}

/** `onUnforeseen` hears of errors that no room has made a sentence of, for the log. */
export function openPool(
  onUnforeseen: (task: TaskName, stack: string) => void,
  fork: Fork = forkNode,
): Pool {
  const threads = new Map<Lane, Thread>()
  const closing = new AbortController()

  const threadOf = (name: TaskName): Thread => {
    const { lane } = tasks[name]
    let thread = threads.get(lane)
    if (thread === undefined || thread.dead) {
      thread = new Thread(lane, onUnforeseen)
      threads.set(lane, thread)
    }
    return thread
  }
  const run = async (name: TaskName, input: unknown, control: AnyControl): Promise<unknown> => {
    if (closing.signal.aborted) throw new Problem({ code: 'cancelled', what: 'Pallet is closing.' })
    const done = threadOf(name).run(name, input, control)
    const { soon } = tasks[name]
    if (soon !== undefined) threadOf(soon).load(soon)
    return await done
  }
  // The map of tasks is typed by `Rooms`; inside, a task is a name and two cloneable values.
  const carry = <Name extends TaskName>(name: Name): Rooms[Name] =>
    ((input: unknown, control: AnyControl) => run(name, input, control)) as unknown as Rooms[Name]

  const rooms = Object.fromEntries(
    Object.keys(tasks).map((name) => [name, carry(name as TaskName)]),
  ) as unknown as Rooms
  return {
    ...rooms,
    // Its turn at the file is kept on the thread, its process here: Electron starts one from nowhere else.
    query: (input, { signal }) => {
      const { warehouse, ...question } = input
      const stop = new AbortController()
      return run('query', input, {
        signal,
        report: () => stop.abort(),
        ask: async () => {
          if (warehouse.kind !== 'duckdb') throw new Error('Only a file is asked in a process.')
          const order = { ...question, file: warehouse.file }
          return await answerInProcess(
            fork,
            order,
            AbortSignal.any([signal, stop.signal, closing.signal]),
          )
        },
      }) as Promise<QueryOutput>
    },
    close: async (limitMs = taskWaitMs) => {
      closing.abort()
      await Promise.all([...threads.values()].map((thread) => thread.close(limitMs)))
    },
  }
}

/** Asked to stop and left to leave by itself: terminating one in the middle of a DuckDB query aborts the whole process. */
class Thread {
  dead = false
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  readonly #exited: Promise<void>
  readonly #onUnforeseen: (task: TaskName, stack: string) => void
  #nextId = 0
  #idle: (() => void) | null = null

  constructor(lane: Lane, onUnforeseen: (task: TaskName, stack: string) => void) {
    this.#onUnforeseen = onUnforeseen
    const file = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js'
    this.#worker = new Worker(new URL(file, import.meta.url), {
      name: `pallet-${lane}`,
      // What requests leave behind would otherwise pile up to some thirty megabytes more.
      ...(lane === 'upload' ? { resourceLimits: { maxYoungGenerationSizeMb: 12 } } : {}),
    })
    this.#worker.on('message', (message: FromThread) => this.#receive(message))
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#die(null)
        resolve()
      })
    })
    this.#worker.once('error', (error) => this.#die(error))
  }

  run(task: TaskName, input: unknown, control: AnyControl): Promise<unknown> {
    control.signal.throwIfAborted()
    this.#nextId += 1
    const id = this.#nextId
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#send({ kind: 'abort', id })
      const settle = (): void => {
        control.signal.removeEventListener('abort', onAbort)
        this.#pending.delete(id)
        if (this.#pending.size === 0) this.#idle?.()
      }
      this.#pending.set(id, {
        task,
        control,
        resolve: (output) => {
          settle()
          resolve(output)
        },
        reject: (problem) => {
          settle()
          reject(problem)
        },
      })
      control.signal.addEventListener('abort', onAbort)
      this.#send({ kind: 'start', id, task, input })
    })
  }

  load(task: TaskName): void {
    this.#send({ kind: 'load', task })
  }

  async close(limitMs: number): Promise<void> {
    if (this.dead) return
    for (const id of this.#pending.keys()) this.#send({ kind: 'abort', id })
    const idle = new Promise<void>((resolve) => {
      if (this.#pending.size === 0) resolve()
      else this.#idle = resolve
    })
    const settled = await within(limitMs, idle)
    this.#send({ kind: 'leave' })
    // A thread that does not return is left to the end of the process, which is near:
    // terminating it could abort the process before SQLite has closed.
    if (settled && (await within(limitMs, this.#exited))) return
    this.#worker.unref()
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  #receive(message: FromThread): void {
    const pending = this.#pending.get(message.id)
    if (pending === undefined) return
    switch (message.kind) {
      case 'report':
        pending.control.report(message.progress)
        break
      case 'ask':
        pending.control.ask(message.question).then(
          (answer) => this.#send({ kind: 'answer', id: message.id, ask: message.ask, answer }),
          (error: unknown) =>
            this.#send({
              kind: 'refusal',
              id: message.id,
              ask: message.ask,
              problem: Problem.from(error).data,
            }),
        )
        break
      case 'done':
        pending.resolve(message.output)
        break
      case 'failed':
        if (message.stack !== null) this.#onUnforeseen(pending.task, message.stack)
        pending.reject(new Problem(message.problem))
        break
    }
  }

  #die(cause: Error | null): void {
    this.dead = true
    for (const pending of this.#pending.values()) {
      pending.reject(
        new Problem(
          {
            code: 'internal',
            what: 'A part of Pallet stopped unexpectedly.',
            did: 'The run was halted where it stood; what was finished before is kept.',
            advice: 'Resume the run. If this happens again, the log file says more.',
            detail: cause?.message ?? 'the thread ended',
          },
          { cause: cause ?? undefined },
        ),
      )
    }
  }
}

async function within(limitMs: number, promise: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  const done = await Promise.race([promise.then(() => true), limit])
  clearTimeout(timer)
  return done
}
