import type { Extract, PlannedExtract, Position } from '../../../shared/domain/arriving/extract.ts'
import type { FetchOutput } from './fetching.ts'

/** How to reach an API: secrets included, so it lives in memory only. */
export interface ApiAccess {
  connection: string
  baseUrl: string
  signIn:
    | { by: 'nothing' }
    /** Also a user and a password, which are one. */
    | { by: 'header'; header: string; value: string }
    | { by: 'query'; parameter: string; value: string }
    | { by: 'client'; client: string; secret: string; tokenUrl: string; scope: string | null }
}

export interface TryExtractInput {
  api: ApiAccess
  extract: Extract
  from: Position | null
  /** Records of the first page that are shown. */
  records: number
}

export interface TryExtractOutput {
  /** As JSON, at most as many as were asked for. */
  records: string[]
  /** On the first page with a record that was not brought yet. */
  newOnPage: number
  /** Whether that page is the last. */
  isLast: boolean
  /** As the API says it. */
  total: number | null
}

export interface TakeExtractInput {
  api: ApiAccess
  extract: PlannedExtract
  /** The spool file to write: a record a line. What is taken of it page by page lies beside it until then. */
  target: string
}

export interface TakeExtractOutput extends FetchOutput {
  records: number
  pages: number
  /** Records that came more than once, of which one was taken. */
  repeated: number
}
