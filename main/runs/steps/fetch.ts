import { formatBytes, plural } from '../../../shared/domain/sizes.ts'
import { offsetsIn } from '../../../shared/domain/stream.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import type { StreamAccess } from '../ports/streaming.ts'
import { type Step, filesOf } from './step.ts'

export interface FetchParts {
  rooms: Pick<Rooms, 'fetch' | 'takeBatch'>
  runs: RunRepository
  home: HomePaths
  /** The location with the query that was put away for it, where there was one. */
  fullLocation: (run: StoredRun) => Promise<string>
  /** How to reach the brokers now. */
  streamOf: (connection: string) => Promise<StreamAccess>
}

/** Brings the file's bytes here, and knows them by their hash from then on. */
export function fetchStep({
  rooms,
  runs,
  home,
  fullLocation,
  streamOf,
}: FetchParts): Step<'fetch'> {
  return {
    reaches: ({ plan: { batch } }) =>
      batch === undefined ? null : { connection: batch.connection, place: '' },
    async perform(run, { control, log }) {
      const { source, batch } = run.plan
      if (batch !== undefined) {
        const output = await rooms.takeBatch(
          { ...batch, stream: await streamOf(batch.connection), target: filesOf(home, run).source },
          control((report) => ({
            bytesDone: report.bytesDone,
            bytesTotal: null,
            doing: 'Taking records out of the topic',
          })),
        )
        runs.changeSource(run.id, { ...source, ...output })
        log(
          `Took ${plural(offsetsIn(batch.ranges), 'offset')} of ${batch.topic}: ${formatBytes(output.bytes)}.`,
        )
        return { kind: 'done', checkpoint: output }
      }
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
