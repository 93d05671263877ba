import { formatBytes } from '../../../shared/domain/sizes.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import { type Step, filesOf } from './step.ts'

export interface FetchParts {
  rooms: Pick<Rooms, 'fetch'>
  runs: RunRepository
  home: HomePaths
  /** The location with the query that was put away for it, where there was one. */
  fullLocation: (run: StoredRun) => Promise<string>
}

/** Brings the file's bytes here, and knows them by their hash from then on. */
export function fetchStep({ rooms, runs, home, fullLocation }: FetchParts): Step<'fetch'> {
  return {
    reaches: () => null,
    async perform(run, { control, log }) {
      const { source } = run.plan
      const output = await rooms.fetch(
        { location: await fullLocation(run), target: filesOf(home, run).source },
        control((report) => ({
          bytesDone: report.bytesDone,
          bytesTotal: report.bytesTotal,
          doing: 'Bringing the file here',
        })),
      )
      runs.changeSource(run.id, { ...source, ...output })
      log(`Took ${source.name}: ${formatBytes(output.bytes)}.`)
      return { kind: 'done', checkpoint: output }
    },
  }
}
