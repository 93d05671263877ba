import { type ProblemCode, type ProblemData, reachOf } from '../problem.ts'
import type { Run } from './run.ts'
import { plural } from '../sizes.ts'

/** What a connection needs of a person before the runs that wait for it can go on. */
export interface Need {
  connection: string
  problem: ProblemData
  /** Oldest first. */
  runs: Run[]
}

/** One need a connection, however many runs wait for it. */
export function needsOf(runs: readonly Run[]): Need[] {
  const needs = new Map<string, Need>()
  for (const run of runs.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))) {
    const { problem } = run
    if (run.state !== 'waiting' || problem === null || reachOf(problem.code) === null) continue
    // A secret of the source's own address is no business of a connection.
    const { connection } = problem
    if (connection === undefined) continue
    const need = needs.get(connection) ?? { connection, problem, runs: [] }
    // What stops every run is told before what stops those of one place in it.
    if (reachOf(problem.code) === 'connection' && reachOf(need.problem.code) === 'place')
      need.problem = problem
    need.runs.push(run)
    needs.set(connection, need)
  }
  return [...needs.values()]
}

/** “The connection “shop” needs a new credential; 4 runs wait for it.” */
export function needSentence({ connection, problem, runs }: Need): string {
  const waits = `${plural(runs.length, 'run')} ${runs.length === 1 ? 'waits' : 'wait'} for`
  return needWords(problem.code, `“${connection}”`, waits)
}

function needWords(code: ProblemCode, connection: string, waits: string): string {
  if (code === 'credential-missing')
    return `The connection ${connection} needs its credential again; ${waits} it.`
  if (code === 'permission-denied')
    return `The connection ${connection} needs more rights; ${waits} them.`
  if (code === 'clock-skew')
    return `The clock of this computer is too far off for the connection ${connection}; ${waits} it.`
  return `The connection ${connection} needs a new credential; ${waits} it.`
}
