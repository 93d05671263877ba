import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client'
import { Problem } from '../../shared/domain/problem.ts'
import { backoffMs } from './backoff.ts'
import { createStore, type Store } from './store.ts'

type Link = ClientLink<ClientContext>

/** One open connection to the core, and the promise of its end. */
export interface Line {
  link: Link
  closed: Promise<void>
}

/** Opens a connection; rejects when the core cannot be reached. */
export type Dial = () => Promise<Line>

/**
 * `lost` counts the attempts since, so that the screen can change its advice when it takes long; `refused`: Pallet
 * is there and does not let this window in; `signIn`: where it would be let in.
 */
export type LineState =
  | { state: 'connecting' }
  | { state: 'open' }
  | { state: 'lost'; attempts: number }
  | { state: 'refused'; because: string; signIn: string | null }

/** Of a dial: Pallet is there, and does not let this window in; the message is its reason. */
export class NotAdmitted extends Error {
  /** Where its person can sign in; null: nobody does here. */
  readonly signIn: string | null

  constructor(because: string, signIn: string | null) {
    super(because)
    this.signIn = signIn
  }
}

/** How long a call waits for a connection that is being made anew. */
const patienceMs = 15_000

/**
 * A link that outlives its connection: when the core goes away, it dials again with a
 * growing wait, and calls made meanwhile wait for it. A call that was on its way when the
 * connection broke is not repeated, because it may have been done; it rejects.
 */
export class LastingLink implements Link {
  readonly state: Store<LineState> = createStore<LineState>({ state: 'connecting' })
  readonly #dial: Dial
  #current: Link | null = null

  constructor(dial: Dial) {
    this.#dial = dial
    void this.#keepOpen()
  }

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<ClientContext>,
  ): Promise<unknown> {
    const link = await this.#open(options.signal)
    return link.call(path, input, options)
  }

  async #keepOpen(): Promise<never> {
    let attempts = 0
    for (;;) {
      try {
        const line = await this.#dial()
        attempts = 0
        this.#current = line.link
        this.state.set({ state: 'open' })
        await line.closed
        this.#current = null
        this.state.set({ state: 'lost', attempts })
      } catch (error) {
        this.state.set(
          error instanceof NotAdmitted
            ? { state: 'refused', because: error.message, signIn: error.signIn }
            : { state: 'lost', attempts },
        )
      }
      const wait = backoffMs(attempts)
      attempts += 1
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  #open(signal: AbortSignal | undefined): Promise<Link> {
    if (this.#current !== null) return Promise.resolve(this.#current)
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', aborted)
        unsubscribe()
        settle()
      }
      const aborted = () =>
        finish(() => reject(new DOMException('The call was given up.', 'AbortError')))
      const timer = setTimeout(() => finish(() => reject(unreachable())), patienceMs)
      const unsubscribe = this.state.subscribe(() => {
        const link = this.#current
        if (link !== null) finish(() => resolve(link))
      })
      signal?.addEventListener('abort', aborted)
      if (signal?.aborted === true) aborted()
    })
  }
}

function unreachable(): Problem {
  return new Problem({
    code: 'network',
    what: 'This window cannot reach Pallet.',
    did: 'It keeps trying. What runs have done is kept.',
    advice: 'If Pallet was closed, start it again.',
  })
}
