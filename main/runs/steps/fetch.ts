import { formatBytes, plural } from '../../../shared/domain/sizes.ts'
import { offsetsIn } from '../../../shared/domain/stream.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import type { ApiAccess } from '../ports/extracting.ts'
import type { StreamAccess } from '../ports/streaming.ts'
import { type Step, filesOf } from './step.ts'

export interface FetchParts {
  rooms: Pick<Rooms, 'fetch' | 'takeBatch' | 'takeExtract'>
  runs: RunRepository
  home: HomePaths
  /** The location with the query that was put away for it, where there was one. */
  fullLocation: (run: StoredRun) => Promise<string>
  /** How to reach the brokers now. */
  streamOf: (connection: string) => Promise<StreamAccess>
  apiOf: (connection: string) => Promise<ApiAccess>
}

/** Brings the file's bytes here, and knows them by their hash from then on. */
export function fetchStep({
  rooms,
  runs,
  home,
  fullLocation,
  streamOf,
  apiOf,
}: FetchParts): Step<'fetch'> {
  return {
    reaches: ({ plan: { batch, extract } }) => {
      const connection = batch?.connection ?? extract?.connection
      return connection === undefined ? null : { connection, place: '' }
    },
    async perform(run, { control, log }) {
      const { source, batch, extract } = run.plan
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
      if (extract !== undefined) {
        const { records, pages, repeated, ...output } = await rooms.takeExtract(
          { extract, api: await apiOf(extract.connection), target: filesOf(home, run).source },
          control((report) => ({
            bytesDone: report.bytesDone,
            bytesTotal: null,
            doing: 'Taking records, page by page',
          })),
        )
        const { bytes, sha256 } = output
        runs.changeSource(run.id, { ...source, bytes, sha256 })
        log(
          `Took ${plural(records, 'record')} of ${extract.path} from ${plural(pages, 'page')}: ${formatBytes(bytes)}.` +
            (repeated > 0
              ? ` ${plural(repeated, 'record')} came more than once, as the list changed while it was read; the last of each counts.`
              : ''),
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
