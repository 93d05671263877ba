import type { TokenSource } from './signIn.ts'

/** How to reach an account: secrets included, so it lives in memory only. */
export type BlobAccess =
  | { kind: 'connection-string'; connectionString: string }
  | { kind: 'account-key'; account: string; key: string; endpoint: string }
  | { kind: 'sas-url'; url: string }
  /** Tokens are asked for when needed: `ask('token')`. */
  | { kind: 'entra'; endpoint: string }

/** The built-in storage: started when first needed, stopped with the app. */
export interface Sandbox {
  /** Starts Azurite if it is not running and answers how to reach it. */
  access(signal: AbortSignal): Promise<BlobAccess>
  /**
   * Resolves when all that was stored by this access is safely on the disk: nothing counts as delivered
   * before. Fails with `disk-full`, or with `sandbox-failed` when that may have been lost.
   */
  save(access: BlobAccess, signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

/** An account as it can be reached now. */
export interface ReachedAccount {
  access: BlobAccess
  token: TokenSource
  /** Without any secret; the same as long as the account is. */
  address: string
  /** Resolves when what it has confirmed is durable: the sandbox has to be asked, others answer for it. */
  keep(signal: AbortSignal): Promise<void>
}

/** What reaches the outside for the connections: containers. */
export interface BlobAccounts {
  /** When a SAS is valid; null for any other credential. Fails with `usage` when the access makes no sense. */
  validity(access: BlobAccess): SasValidity | null
  /** Host and path of the account, without any secret. Fails with `usage` when the access makes no sense. */
  addressOf(access: BlobAccess): string
  listContainers(access: BlobAccess, ask: TokenSource, signal: AbortSignal): Promise<string[]>
  createContainer(
    access: BlobAccess,
    container: string,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<void>
  /** The ETag that the blob has now; null: there is no such blob. */
  etagOf(
    access: BlobAccess,
    container: string,
    blob: string,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<string | null>
  /** Drops what other programs have left unfinished under the blob's name; a blob that is there stays as it is. */
  clearUnfinished(
    access: BlobAccess,
    container: string,
    blob: string,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<void>
}

/** Instants of a SAS' `st` and `se`; null where it has none. */
export interface SasValidity {
  startsAtMs: number | null
  expiresAtMs: number | null
}
