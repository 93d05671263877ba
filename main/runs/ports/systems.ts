import type { ConnectionTest, Offered } from '../../../shared/domain/connection.ts'
import type { OpenConnection } from '../../../shared/systems/record.ts'
import type { ReachedAccount, ReadingSas } from './accounts.ts'
import type { Say } from './alerts.ts'
import type { ApiAccess } from './extracting.ts'
import type { RemoteFolders } from './folders.ts'
import type { StreamAccess } from './streaming.ts'
import type { Trigger } from './triggers.ts'
import type { WarehouseAccess } from './warehouse.ts'

/** What stands behind the record of a system. What the record says it can be is there. */
export interface OutsideSystem {
  /** Signs in, and says what can be seen there. Fails with a `Problem`. */
  test(connection: OpenConnection, signal: AbortSignal): Promise<Omit<ConnectionTest, 'ok'>>
  /** What could stand in a field that its record says is offered; the others of these may be missing. Fails with a `Problem`. */
  browse?(connection: OpenConnection, field: string, signal: AbortSignal): Promise<Offered>
  /** The connection has changed or is gone: what was kept in memory for it is worth nothing any more. */
  forget?(connection: string): void
  blobs?: BlobStore
  files?: RemoteFolders
  warehouse?(this: void, connection: OpenConnection): WarehouseAccess
  trigger?(this: void, connection: OpenConnection): Trigger
  alert?(this: void, connection: OpenConnection): Say
  source?(this: void, connection: OpenConnection): ApiAccess
  stream?(this: void, connection: OpenConnection): StreamAccess
}

/** The systems by the names of their records. */
export type OutsideSystems = Readonly<Record<string, OutsideSystem>>

export interface BlobMove {
  from: string
  to: string
  /** Whose blob it is: no other is touched. */
  runId: string
}

/** `gone`: there is no such blob; `of-another`: something else has been written under one of the names. */
export type MovedBlob = 'moved' | 'gone' | 'of-another'

/** A system that keeps files. All of it fails with a `Problem`. */
export interface BlobStore {
  /** Without the network, unless the storage has to be started. */
  account(connection: OpenConnection, signal: AbortSignal): Promise<ReachedAccount>
  /** A container that is there already is as good as created. */
  createContainer(connection: OpenConnection, container: string, signal: AbortSignal): Promise<void>
  /** The ETag that the blob has now; null: there is no such blob. */
  etagOf(
    connection: OpenConnection,
    container: string,
    blob: string,
    signal: AbortSignal,
  ): Promise<string | null>
  /** Lets whoever has it read a container for an hour; one that was given to Pallet as a SAS is handed on as it is. */
  readingSas(
    connection: OpenConnection,
    container: string,
    signal: AbortSignal,
  ): Promise<ReadingSas>
  /** Gives the blob of a run another name in its container; repeating it is safe. */
  moveBlob(
    connection: OpenConnection,
    container: string,
    move: BlobMove,
    signal: AbortSignal,
  ): Promise<MovedBlob>
  /** Drops what other programs have left unfinished under the blob's name; a blob that is there stays as it is. */
  clearUnfinished(
    connection: OpenConnection,
    container: string,
    blob: string,
    signal: AbortSignal,
  ): Promise<void>
}
