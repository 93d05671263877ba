import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../shared/domain/problem.ts'

/** The folder of the built window, from a build and from a checkout. Throws a `Problem` where there is none. */
export function builtWindow(): string {
  const built = ['renderer', '../../dist/renderer']
    .map((folder) => join(import.meta.dirname, folder))
    .find((folder) => existsSync(join(folder, 'index.html')))
  if (built !== undefined) return built
  throw new Problem({
    code: 'not-found',
    what: 'The window of Pallet has not been built yet.',
    advice: 'Run `npm run build`, then start again.',
  })
}
