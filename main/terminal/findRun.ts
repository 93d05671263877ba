import { Problem } from '../../shared/domain/problem.ts'
import type { Run } from '../../shared/domain/runs/run.ts'
import { formatCount } from '../../shared/domain/sizes.ts'
import { type ExitCode, exitCodeFor, exitCodes, worse } from './exitCodes.ts'
import type { CommandCore, Session } from './session.ts'

/** A run by its id or by the beginning of it. */
export async function findRun(core: CommandCore, name: string): Promise<Run> {
  const found = await core.runs.list({ limit: 1000, search: name })
  const runs = found.filter((run) => run.id.startsWith(name))
  const [run] = runs
  if (run !== undefined && (runs.length === 1 || run.id === name)) return run
  throw new Problem({
    code: runs.length > 1 ? 'usage' : 'not-found',
    what:
      runs.length > 1
        ? `${formatCount(runs.length)} runs begin with ${name}.`
        : `There is no run ${name}.`,
    did: 'Nothing was changed.',
    advice: '“pallet runs” lists them.',
  })
}

/** One run that cannot be told is said, and does not keep the others from being told; the answer is the worst. */
export async function eachRun(
  { core, output, signal }: Session,
  names: readonly string[],
  work: (run: Run) => Promise<ExitCode | void>,
): Promise<ExitCode> {
  let worst: ExitCode = exitCodes.succeeded
  for (const name of names) {
    if (signal.aborted) return exitCodes.waiting
    try {
      worst = worse(worst, (await work(await findRun(core, name))) ?? exitCodes.succeeded)
    } catch (error) {
      const problem = Problem.from(error)
      output.problem(problem)
      worst = worse(worst, exitCodeFor(problem))
    }
  }
  return worst
}
