import { Problem } from '../../shared/domain/problem.ts'
import type { Run } from '../../shared/domain/run.ts'
import { formatCount } from '../../shared/domain/sizes.ts'
import type { Core } from '../runs/core.ts'

/** A run by its id or by the beginning of it. */
export function findRun(core: Core, name: string): Run {
  const runs = core.runs
    .list({ limit: 1000, search: name })
    .filter((run) => run.id.startsWith(name))
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
