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
  /** When its SAS is valid; null for any other credential. */
  validity: SasValidity | null
  /** Resolves when what it has confirmed is durable: the sandbox has to be asked, others answer for it. */
  keep(signal: AbortSignal): Promise<void>
}

/** Instants of a SAS' `st` and `se`; null where it has none. */
export interface SasValidity {
  startsAtMs: number | null
  expiresAtMs: number | null
}

/** A shared access signature that reads and lists one container, or more; what stands behind the `?` of an address. */
export interface ReadingSas {
  token: string
  expiresAtMs: number | null
}
