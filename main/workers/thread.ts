import { platform, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { Problem } from '../../shared/domain/problem.ts'
import type { Control } from '../runs/ports/control.ts'
import type { FromThread, TaskName, ToThread } from './messages.ts'

/**
 * The one entry of every worker thread. It loads a room when its first task comes, so that
 * a thread that only uploads never holds the analytics engine in memory.
 */
type Carried = (input: never, control: Control<unknown, never>) => Promise<unknown>

const rooms: Record<TaskName, () => Promise<Carried>> = {
  fetch: async () => (await import('../sources/fetch.ts')).fetchSource,
  preview: async () => (await import('../reading/preview.ts')).preview,
  read: async () => (await import('../reading/read.ts')).read,
  clean: async () => (await import('../cleaning/clean.ts')).clean,
  upload: async () => (await import('../upload/upload.ts')).upload,
  planUpload: async () => (await import('../upload/dryRun.ts')).planUpload,
  load: async () => (await import('../warehouse/load.ts')).load,
  query: async () => (await import('../warehouse/query.ts')).query,
}

if (parentPort === null) throw new Error('This file runs only as a worker thread.')
const port = parentPort
const send = (message: FromThread): void => port.postMessage(message)

// The main thread, which answers the window, goes before the heavy work. Only Linux knows
// priorities of threads; elsewhere this would slow the whole process.
if (platform() === 'linux') setPriority(5)

interface Task {
  abort: AbortController
  asked: Map<number, { resolve: (answer: never) => void; reject: (problem: Problem) => void }>
}
const tasks = new Map<number, Task>()
let nextAsk = 0

async function start(id: number, name: TaskName, input: unknown): Promise<void> {
  const task: Task = { abort: new AbortController(), asked: new Map() }
  tasks.set(id, task)
  try {
    const room = await rooms[name]()
    const output = await room(input as never, {
      signal: task.abort.signal,
      report: (progress) => send({ kind: 'report', id, progress }),
      ask: (question) =>
        new Promise((resolve, reject) => {
          nextAsk += 1
          task.asked.set(nextAsk, { resolve, reject })
          send({ kind: 'ask', id, ask: nextAsk, question: String(question) })
        }),
    })
    send({ kind: 'done', id, output })
  } catch (error) {
    const problem = Problem.from(error)
    const stack = problem.code === 'internal' && error instanceof Error ? error.stack : undefined
    send({ kind: 'failed', id, problem: problem.data, stack: stack ?? null })
  } finally {
    tasks.delete(id)
  }
}

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'start':
      void start(message.id, message.task, message.input)
      break
    case 'abort':
      tasks.get(message.id)?.abort.abort()
      break
    case 'answer':
      tasks
        .get(message.id)
        ?.asked.get(message.ask)
        ?.resolve(message.answer as never)
      break
    case 'refusal':
      tasks.get(message.id)?.asked.get(message.ask)?.reject(new Problem(message.problem))
      break
    case 'leave':
      port.close()
      break
  }
})
