import type { Person } from '../../shared/domain/person.ts'
import { newSecret, sameSecret } from './admission.ts'
import type { Entrance, Refusal, Shown, Visitor } from './entrance.ts'

/** A working day; to sign in again is one click where the issuer still knows its person. */
export const sessionMs = 8 * 3600_000
/** More people than work at one Pallet. The oldest goes for the newest. */
const mostSessions = 1000

/** Calls once, after a while; a timer of the system unless a test has its own time. */
export type Later = (call: () => void, ms: number) => NodeJS.Timeout

interface Session extends Visitor {
  key: string
  end: () => void
}

/**
 * Who has signed in, for as long as this process runs. The cookie names the session, and a page of Pallet's own gets its key for it:
 * neither opens anything without the other, so a cookie that a browser sends along for somebody else's page is worth nothing.
 */
export class Sessions implements Entrance {
  readonly #sessions = new Map<string, Session>()
  readonly #later: Later

  constructor(later: Later = (call, ms) => setTimeout(call, ms).unref()) {
    this.#later = later
  }

  /** @returns the cookie */
  begin(person: Person): string {
    const cookie = newSecret()
    const ended = new AbortController()
    const end = (): void => {
      clearTimeout(timer)
      this.#sessions.delete(cookie)
      ended.abort()
    }
    const timer = this.#later(end, sessionMs)
    this.#sessions.set(cookie, { person, ended: ended.signal, key: newSecret(), end })
    if (this.#sessions.size > mostSessions) this.#sessions.values().next().value?.end()
    return cookie
  }

  end(cookie: string): void {
    this.#sessions.get(cookie)?.end()
  }

  endAll(): void {
    for (const session of this.#sessions.values()) session.end()
  }

  exchange({ cookie }: Shown): { key: string } | Refusal {
    const session = this.#sessions.get(cookie ?? '')
    return session === undefined ? 'signed out' : { key: session.key }
  }

  admits({ secret, cookie }: Shown): Visitor | null {
    const session = this.#sessions.get(cookie ?? '')
    return session !== undefined && sameSecret(secret ?? '', session.key) ? session : null
  }
}
