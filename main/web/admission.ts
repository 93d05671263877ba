import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { owner } from '../../shared/domain/person.ts'
import type { Entrance, Refusal, Shown, Visitor } from './entrance.ts'

/** The owner leaves when Pallet ends. */
export const theOwner: Visitor = { person: owner, ended: new AbortController().signal }

/**
 * Who may talk to Pallet: the browser that came with the one-time token of the printed address, and from then
 * on whoever shows the session's key, which its page was given for it. Both are of this process alone.
 */
export class Admission implements Entrance {
  /** 256 random bits for the printed address; never to be logged. */
  readonly token: string
  readonly #key: string
  #used = false

  constructor(secret: () => string = newSecret) {
    this.token = secret()
    this.#key = secret()
  }

  /**
   * The session's key for the right and unused token, and for itself; a second browser is refused as `used token`. The token is
   * used when its key is first shown: an answer that never reached its page (reloaded, cut off) used nothing.
   */
  exchange(shown: Shown): { key: string } | Refusal {
    if (shown.secret === null) return 'no key'
    if (this.admits(shown) !== null) return { key: this.#key }
    if (!sameSecret(shown.secret, this.token)) return 'wrong key'
    return this.#used ? 'used token' : { key: this.#key }
  }

  admits({ secret }: Shown): Visitor | null {
    if (secret === null || !sameSecret(secret, this.#key)) return null
    this.#used = true
    return theOwner
  }
}

/** 256 random bits. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** Compares digests, so that neither content nor length shows in the time taken. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
