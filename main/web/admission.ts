import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may talk to Pallet: the browser that came with the one-time token of the printed
 * address, and from then on its cookie. The port in the cookie's name keeps two Pallets on
 * one computer apart, because cookies do not know ports.
 */
export class Admission {
  /** 256 random bits for the printed address; never to be logged. */
  readonly token: string
  readonly #cookieName: string
  readonly #session: string
  #used = false

  constructor(port: number, secret: () => string = () => randomBytes(32).toString('base64url')) {
    this.#cookieName = `pallet_${port}`
    this.token = secret()
    this.#session = secret()
  }

  /** The `Set-Cookie` value for a right and unused token; a second browser is refused as `used`. */
  exchange(token: string): { setCookie: string } | 'wrong' | 'used' {
    if (!sameSecret(token, this.token)) return 'wrong'
    if (this.#used) return 'used'
    this.#used = true
    return {
      // The session ends with the process; the age only lets the browser be closed meanwhile.
      setCookie: `${this.#cookieName}=${this.#session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`,
    }
  }

  admits(cookieHeader: string | undefined): boolean {
    return cookieValues(cookieHeader ?? '', this.#cookieName).some((value) =>
      sameSecret(value, this.#session),
    )
  }
}

/** Compares digests, so that neither content nor length shows in the time taken. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

function cookieValues(header: string, name: string): string[] {
  return header.split(';').flatMap((pair) => {
    const [key, value] = pair.trim().split('=', 2)
    return key === name && value !== undefined ? [value] : []
  })
}
