import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Problem, type ProblemData } from '../../shared/domain/problem.ts'
import { formatDuration } from '../../shared/domain/sizes.ts'
import { type Child, type Fork, bareEnvironment, exitOf } from '../processes/child.ts'
import type { QueryOutput, Question } from '../runs/ports/warehouse.ts'
import type { AnswerInput } from '../warehouse/duckdb/answer.ts'
// Apart from the engine, which the main thread never loads.
import { tooMuch } from '../warehouse/duckdb/tooMuch.ts'

/** What a query may take. */
export interface QueryLimits {
  /** Of its process, all told. */
  memoryBytes: number
  /** Of its temporary files. */
  tempBytes: number
  timeMs: number
}

export const usualLimits: QueryLimits = {
  memoryBytes: 512 * 1024 ** 2,
  tempBytes: 2 * 1024 ** 3,
  timeMs: 5 * 60_000,
}

export interface AnswerOrder extends AnswerInput {
  memoryBytes: number
}
export type AnswerReport =
  | { kind: 'answer'; output: QueryOutput }
  | { kind: 'failed'; problem: ProblemData }

/**
 * Has a query answered by a process of its own and settles when that is gone. Rejects with the signal's reason,
 * with `limit-exceeded`, and with what `answer` throws.
 */
export async function answerInProcess(
  fork: Fork,
  { file, sql, limit }: Question & Pick<AnswerInput, 'file'>,
  signal: AbortSignal,
  { timeMs, ...limits }: QueryLimits = usualLimits,
): Promise<QueryOutput> {
  signal.throwIfAborted()
  const tempFolder = `${file}.query.tmp`
  const name = import.meta.url.endsWith('.ts') ? './queryChild.ts' : './queryChild.js'
  const child: Child<AnswerOrder, AnswerReport> = fork(
    fileURLToPath(new URL(name, import.meta.url)),
    bareEnvironment(process.env),
  )
  const { promise, resolve, reject } = Promise.withResolvers<QueryOutput>()
  const exited = exitOf(child)
  const timer = setTimeout(
    () => reject(tooMuch(`more time than ${formatDuration(timeMs)}`)),
    timeMs,
  )
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  child.on('message', (report) => {
    if (report.kind === 'answer') resolve(report.output)
    else reject(new Problem(report.problem))
  })
  child.once('error', reject)
  // It ends by itself only where it runs out of memory faster than it can tell.
  void exited.then(() => reject(tooMuch('more memory than there is')))
  child.send({ file, sql, limit, tempFolder, ...limits }, (error) => {
    if (error !== null) reject(error)
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    child.kill('SIGKILL')
    await exited
    await rm(tempFolder, { recursive: true, force: true })
  }
}
