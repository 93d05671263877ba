import { formatBytes, plural } from '../../../shared/domain/sizes.ts'
import { offsetsIn } from '../../../shared/domain/streams/stream.ts'
import { answering } from '../uploads/uploader.ts'
import type { FetchOutput, FetchReport } from '../ports/fetching.ts'
import type { RemoteFile } from '../ports/folders.ts'
import type { FetchBlobReport } from '../ports/uploading.ts'
import type { Plan } from '../../../shared/domain/runs/run.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import type { ApiAccess } from '../ports/extracting.ts'
import type { StreamAccess } from '../ports/streaming.ts'
import { type Step, filesOf } from './step.ts'

export interface FetchParts {
  rooms: Pick<Rooms, 'fetch' | 'fetchBlob' | 'takeBatch' | 'takeExtract'>
  runs: RunRepository
  home: HomePaths
  /** The location with the query that was put away for it, where there was one. */
  fullLocation: (run: StoredRun) => Promise<string>
  /** How to reach the brokers now. */
  streamOf: (connection: string) => Promise<StreamAccess>
  apiOf: (connection: string) => Promise<ApiAccess>
  /** How to reach a file in a folder of a connection now. */
  remoteFile: (from: NonNullable<Plan['from']>, signal: AbortSignal) => Promise<RemoteFile>
}

const bringing = 'Bringing the file here'

/** Brings the file's bytes here, and knows them by their hash from then on. */
export function fetchStep({
  rooms,
  runs,
  home,
  fullLocation,
  streamOf,
  apiOf,
  remoteFile,
}: FetchParts): Step<'fetch'> {
  return {
    reaches: ({ plan: { batch, extract, from } }) => {
      const connection = batch?.connection ?? extract?.connection ?? from?.connection
      return connection === undefined ? null : { connection, place: '' }
    },
    async perform(run, { control, log, signal }) {
      const { source, batch, extract, from } = run.plan
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
      const target = filesOf(home, run).source
      const brought = control(({ bytesDone, bytesTotal }: FetchReport) => ({
        bytesDone,
        bytesTotal,
        doing: bringing,
      }))
      const bring = async (): Promise<FetchOutput> => {
        if (from === undefined)
          return await rooms.fetch({ location: await fullLocation(run), target }, brought)
        const remote = await remoteFile(from, signal)
        if (remote.kind === 'server')
          return await rooms.fetch({ location: source.path, remote, target }, brought)
        const { account, container, blob, etag } = remote
        const { bytes } = from
        return await rooms.fetchBlob(
          { access: account.access, container, blob, etag, bytes, target },
          {
            ...control(({ bytesDone, waitingFor = bringing }: FetchBlobReport) => ({
              bytesDone,
              bytesTotal: bytes,
              doing: waitingFor,
            })),
            ask: answering({ token: account.token }),
          },
        )
      }
      const output = await bring()
      runs.changeSource(run.id, { ...source, ...output })
      log(`Took ${source.name}: ${formatBytes(output.bytes)}.`)
      return { kind: 'done', checkpoint: output }
    },
  }
}
