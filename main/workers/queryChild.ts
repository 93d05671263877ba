/**
 * The process of one query. It looks at its own memory while the engine's threads work, ends itself when that is too
 * much, and ends with its parent.
 */
import { setFlagsFromString } from 'node:v8'
import { Problem } from '../../shared/domain/problem.ts'
import { formatBytes } from '../../shared/domain/sizes.ts'
import { answer } from '../warehouse/duckdb/answer.ts'
import { tooMuch } from '../warehouse/duckdb/tooMuch.ts'
import type { AnswerOrder, AnswerReport } from './queryProcess.ts'

/** The engine takes some gigabytes a second at most. */
const lookEveryMs = 10
/** For rows that are text here: an answer, and the values of the row that is being read. */
setFlagsFromString('--max-old-space-size=256')

const end = (): void => void process.kill(process.pid, 'SIGKILL')
const tell = (report: AnswerReport): void => void process.send?.(report, end)

process.on('disconnect', end)
process.once('message', (order: AnswerOrder) => {
  setInterval(() => {
    if (process.memoryUsage.rss() > order.memoryBytes)
      tell({
        kind: 'failed',
        problem: tooMuch(`more than ${formatBytes(order.memoryBytes)} of memory`).data,
      })
  }, lookEveryMs)
  answer(order, new AbortController().signal).then(
    (output) => tell({ kind: 'answer', output }),
    (error: unknown) => tell({ kind: 'failed', problem: Problem.from(error).data }),
  )
})
