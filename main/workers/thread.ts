import { getPriority, platform, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { Problem } from '../../shared/domain/problem.ts'
import type { Control } from '../runs/ports/control.ts'
import { conflating } from './conflating.ts'
import type { FromThread, ToThread } from './messages.ts'
import { type TaskName, tasks } from './tasks.ts'

/** The one entry of every worker thread. */
type Carried = (input: never, control: Control<unknown, never>) => Promise<unknown>

if (parentPort === null) throw new Error('This file runs only as a worker thread.')
const port = parentPort
const send = (message: FromThread): void => port.postMessage(message)

// The main thread, which answers the window, goes before the heavy work. Only Linux knows
// priorities of threads; elsewhere this would slow the whole process.
// One that was started with less (`nice`) may not have more.
if (platform() === 'linux' && getPriority() < 5) setPriority(5)

interface Task {
  abort: AbortController
  asked: Map<number, { resolve: (answer: never) => void; reject: (problem: Problem) => void }>
}
const started = new Map<number, Task>()
let nextAsk = 0

async function start(id: number, name: TaskName, input: unknown): Promise<void> {
  const task: Task = { abort: new AbortController(), asked: new Map() }
  started.set(id, task)
  const tell = (progress: unknown): void => send({ kind: 'report', id, progress })
  const often = tasks[name].reportsOften === true ? conflating(tell) : null
  try {
    const room = (await tasks[name].load()) as Carried
    const work = room(input as never, {
      signal: task.abort.signal,
      report: often?.report ?? tell,
      ask: (question) =>
        new Promise((resolve, reject) => {
          nextAsk += 1
          task.asked.set(nextAsk, { resolve, reject })
          send({ kind: 'ask', id, ask: nextAsk, question: String(question) })
        }),
    })
    // What was reported last is told before how it ended.
    const output = await work.finally(often?.rest)
    send({ kind: 'done', id, output })
  } catch (error) {
    const problem = Problem.from(error)
    const foreseen =
      error instanceof Problem ? error.code !== 'internal' : problem.code === 'cancelled'
    const stack = foreseen || !(error instanceof Error) ? undefined : error.stack
    send({ kind: 'failed', id, problem: problem.data, stack: stack ?? null })
  } finally {
    started.delete(id)
  }
}

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'start':
      void start(message.id, message.task, message.input)
      break
    case 'load':
      // What fails here fails again where it is waited for.
      tasks[message.task].load().catch(() => undefined)
      break
    case 'abort':
      started.get(message.id)?.abort.abort()
      break
    case 'answer':
      started
        .get(message.id)
        ?.asked.get(message.ask)
        ?.resolve(message.answer as never)
      break
    case 'refusal':
      started.get(message.id)?.asked.get(message.ask)?.reject(new Problem(message.problem))
      break
    case 'leave':
      port.close()
      break
  }
})
