/** Whoever was let in, and the rule by which they are. */
import type { Person } from '../../shared/domain/person.ts'

/** A person who is in. */
export interface Visitor {
  person: Person
  /** Aborts when they are to be let in no more: what is open for them ends. */
  ended: AbortSignal
}

/** What a request shows of itself: its key, and the cookie that its browser was given. */
export interface Shown {
  secret: string | null
  cookie: string | null
}

export interface Entrance {
  /** The key that the page shows from then on, for what its browser brought; why it gets none. */
  exchange(shown: Shown): { key: string } | Refusal
  /** Null: their key is wrong, or good no more. */
  admits(shown: Shown): Visitor | null
}

/** Why somebody is not let in. */
export type Refusal =
  | 'foreign host'
  | 'malformed address'
  | 'foreign page'
  | 'no key'
  | 'wrong key'
  | 'used token'
  | 'signed out'
  | 'without TLS'
