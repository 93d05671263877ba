import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may talk to Pallet: the browser that came with the one-time token of the printed address, and from then
 * on whoever shows the session's key, which its page was given for it. Both are of this process alone.
 */
export class Admission {
  /** 256 random bits for the printed address; never to be logged. */
  readonly token: string
  readonly #key: string
  #used = false

  constructor(secret: () => string = () => randomBytes(32).toString('base64url')) {
    this.token = secret()
    this.#key = secret()
  }

  /**
   * The session's key for the right and unused token, and for itself; a second browser is refused as `used`. The token is
   * used when its key is first shown: an answer that never reached its page (reloaded, cut off) used nothing.
   */
  exchange(secret: string): { key: string } | 'wrong' | 'used' {
    if (this.admits(secret)) return { key: this.#key }
    if (!sameSecret(secret, this.token)) return 'wrong'
    return this.#used ? 'used' : { key: this.#key }
  }

  admits(secret: string): boolean {
    const isKey = sameSecret(secret, this.#key)
    this.#used ||= isKey
    return isKey
  }
}

/** Compares digests, so that neither content nor length shows in the time taken. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
