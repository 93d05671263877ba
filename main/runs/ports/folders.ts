import type { OpenConnection } from '../../../shared/systems/record.ts'
import type { ReachedAccount } from './accounts.ts'

/** A file as it lies in a watched folder. */
export interface FolderFile {
  name: string
  bytes: number
  /** Nanoseconds since 1970; behind it, where there is one, the ETag. */
  modified: string
}

/** What becomes of a delivered file; its marker goes with it. */
export type PutAway = { kind: 'move'; to: string; as: string } | { kind: 'delete' }

export interface Folders {
  /**
   * The ordinary files that lie in a folder itself and whose names are wanted. Problems: `source-missing` and
   * `source-unreadable`, of the folder.
   */
  list(
    folder: string,
    isWanted: (name: string) => boolean,
    signal: AbortSignal,
  ): Promise<FolderFile[]>
  /**
   * Moves a file into a folder, which is made, or deletes it, if it still has the content that was delivered: false where it
   * has another one, or is not there. Problems: `source-unreadable`, `source-locked`.
   */
  putAway(
    file: { path: string; sha256: string; marker: string | null },
    how: PutAway,
    signal: AbortSignal,
  ): Promise<boolean>
}

/** How to bring a file of elsewhere here: secrets included, so it lives in memory only. */
export type RemoteFile =
  | { kind: 'blob'; account: ReachedAccount; container: string; blob: string; etag: string }
  | { kind: 'server'; server: SftpServer; path: string }

export interface SftpServer {
  /** The connection, as problems name it. */
  connection: string
  host: string
  port: number
  user: string
  /** `SHA256:…`; null: none was kept yet. */
  hostKey: string | null
  signIn:
    | { by: 'password'; password: string }
    | { by: 'key'; privateKey: string; passphrase: string | null }
}

/** Folders of a system elsewhere. A folder is written as a person writes it there; of a storage `container/prefix`. */
export interface RemoteFolders {
  /** As `Folders.list`; `modified` has the ETag behind it where there is one. */
  list(
    connection: OpenConnection,
    folder: string,
    isWanted: (name: string) => boolean,
    signal: AbortSignal,
  ): Promise<FolderFile[]>
  /** As `Folders.putAway`, of a file that is as it was when it was taken. */
  putAway(
    connection: OpenConnection,
    file: { folder: string; taken: FolderFile; sha256: string; marker: string | null },
    how: PutAway,
    signal: AbortSignal,
  ): Promise<boolean>
  /** Without the network, unless the storage has to be started. */
  file(
    connection: OpenConnection,
    folder: string,
    taken: FolderFile,
    signal: AbortSignal,
  ): Promise<RemoteFile>
}
