import type { RemoteFile } from './folders.ts'
import type { Position } from '../../../shared/domain/arriving/extract.ts'

export interface FetchInput {
  /** Absolute path of a local file, or an http(s) URL. */
  location: string
  /** The file of a server, in place of the location, which then only names it. */
  remote?: Extract<RemoteFile, { kind: 'server' }>
  /** The spool file to write: the source's bytes, unchanged. Written beside itself and renamed when whole. */
  target: string
}

export interface FetchOutput {
  bytes: number
  sha256: string
  /** Where an extract has come to with it. */
  to?: Position | undefined
}

export interface FetchReport {
  bytesDone: number
  bytesTotal: number | null
}
