import type { Alert, AlertInput } from '../../../shared/domain/alert.ts'

export interface StoredAlert extends Alert {
  /** Attempts in a row that have failed. */
  failures: number
}

export type AlertFailure = Pick<StoredAlert, 'failures' | 'retryAt' | 'trouble'>

/** Something to tell of; `toldAt` null: it was not told yet. */
export interface Alerted {
  thing: string
  seenAt: string
  toldAt: string | null
}

export interface AlertRepository {
  list(): StoredAlert[]
  /** In place of the one of that connection; what was told stays known. */
  save(alert: AlertInput, at: string): void
  /** Whether there was one. */
  remove(connection: string): boolean
  changeFailure(connection: string, failure: AlertFailure): void
  alerted(connection: string): Alerted[]
  see(connection: string, thing: string, at: string): void
  tell(connection: string, things: readonly string[], at: string): void
  /** It is over. */
  forget(connection: string, thing: string): void
  /** Runs that have ended so, at that time or later. */
  ended(state: 'failed' | 'stopped', since: string): { id: string; finishedAt: string }[]
}

/** What is said to people, outside of any run. */
export interface Message {
  /** The same for the same message. */
  id: string
  subject: string
  text: string
}

/** Answers when it was taken there. Fails with a `Problem`. */
export type Say = (message: Message, signal: AbortSignal) => Promise<void>
