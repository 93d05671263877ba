import type { UploadLimit } from '../../../shared/domain/limit.ts'
import type { ProblemData } from '../../../shared/domain/problem.ts'
import type { BlobAccess } from './accounts.ts'
import type { AccessToken } from './signIn.ts'

/** What decides how a file would go to a blob. */
export interface UploadPlanInput {
  access: BlobAccess
  container: string
  blob: string
  file: string
  /** Recorded in the blob's metadata; recognises our own commit when its answer was lost. Absent: nothing is ours. */
  runId?: string
  /** `create` a missing container (the sandbox's own), or `refuse` with `container-missing`. */
  missingContainer: 'create' | 'refuse'
  /**
   * A blob that is there already: `fail` refuses it; `replace` (the usual) replaces it if nobody else
   * writes meanwhile; `overwrite` replaces it in any case. Decided before the first byte.
   */
  ifExists?: 'fail' | 'replace' | 'overwrite'
  /** Unfinished blocks of another program under this name: `refuse` (the usual), or drop them. */
  foreignBlocks?: 'refuse' | 'clear'
  /** What an earlier upload of this file to this blob left behind. */
  journal?: UploadJournal
}

export interface UploadInput extends UploadPlanInput {
  contentType: string
  runId: string
  /** Also reads the file from end to end and stores its MD5 with the blob. */
  wholeMd5?: boolean
  /** Absent: as fast as the line is. `ask('limit')` tells whether it is still so. */
  limit?: UploadLimit
}

export interface UploadOutput {
  bytes: number
  etag: string
  blocks: number
  blocksSent: number
  bytesSent: number
  /** Hex SHA-256 over the ids of the blocks in order, by which the content is known again; checkpoints of older versions have none. */
  treeHash?: string | undefined
  /** MD5 of the whole file in base64, where it was asked for. */
  md5?: string
}

/** What an upload may ask for while it runs. */
export interface UploadAnswers {
  token: AccessToken
  limit: UploadLimit
}

export interface UploadReport {
  bytesDone: number
  bytesTotal: number
  bytesSent: number
  phase: 'planning' | 'staging' | 'waiting' | 'summing' | 'committing' | 'verifying'
  /** Once, before the first block: the file as it is, and the blob as it was first seen. */
  planned?: Pick<UploadJournal, 'identity' | 'seen'>
  /** A block the server has acknowledged since the last report. */
  acknowledged?: PlacedBlock
  /** A block that the server turned out to have. */
  found?: PlacedBlock
  /** Why it waits, in words. */
  waitingFor?: string
  /** What the limit holds it to at the moment; null: until further notice. */
  heldTo?: { bytesPerSecond: number; until: Date | null }
}

/** A block where it stands in the file. */
export interface PlacedBlock {
  offset: number
  bytes: number
  id: string
}

/**
 * What is remembered of a file on its way to a blob. Only to save work: what the server has,
 * it says itself, and of a file with another identity nothing is believed.
 */
export interface UploadJournal {
  /** Equal as long as nobody has written to the file. */
  identity: string
  /**
   * As long as the upload has not ended: the blob as it was first seen (`etag` null: none was there), and
   * the `runId` that a commit of it carries. Null once it has ended.
   */
  seen: { etag: string | null; runId: string } | null
  /** Where the blocks begin that the server had. Arrays, because 50,000 objects take long to clone. */
  offsets: Float64Array
  /** Their ids of 44 characters each, in the same order. An id says the length of its block. */
  ids: string
}

/** Why a block would be sent, or not: it is in the blob, unfinished on the server, or neither. */
export type BlockReason = 'stored' | 'staged' | 'new'

export interface UploadPlan {
  bytes: number
  /** In file order. */
  blocks: { offset: number; bytes: number; why: BlockReason }[]
  /** As of `UploadOutput`. */
  treeHash: string
  /** What would become of the blob. */
  fate: { kind: 'created' } | { kind: 'replaced' } | { kind: 'refused'; problem: ProblemData }
  /** Whether unfinished blocks of another program are there, which would have to go first. */
  foreignBlocks: boolean
}

/** A blob that was verified, and where its bytes shall be on this computer. */
export interface FetchBlobInput {
  access: BlobAccess
  container: string
  blob: string
  /** Of the blob as it was verified: bytes of any other are refused. */
  etag: string
  bytes: number
  target: string
}

export interface FetchBlobReport {
  bytesDone: number
  /** Why it waits, in words. */
  waitingFor?: string
}

/** Which file goes where; an upload of the same key continues the one before. */
export interface UploadKey {
  /** Absolute path. */
  file: string
  /** Address of the account, container and blob; never a secret. */
  target: string
  /** The run it belongs to and goes with; null: none, and the oldest of those make room for new ones. */
  runId: string | null
}

export interface JournalRepository {
  /** null: nothing is known, or what is there has been damaged. */
  get(key: UploadKey): UploadJournal | null
  /** An upload begins, or goes on: blocks of another identity are forgotten. */
  begin(key: UploadKey, planned: Pick<UploadJournal, 'identity' | 'seen'>, at: string): void
  /** The server has these blocks; `sent` of them have been sent. */
  add(key: UploadKey, blocks: readonly PlacedBlock[], sent: { blocks: number; bytes: number }): void
  /** What was sent over all attempts of the upload that has begun and not ended. */
  sent(key: UploadKey): { blocks: number; bytes: number }
  /** The next upload looks at the blob anew; its blocks stay known. */
  end(key: UploadKey): void
  removeOf(runId: string): void
}
