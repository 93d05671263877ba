/** What several ask for at once is made once, and is there as long as somebody holds it. */

interface Entry<Value> {
  value: Promise<Value>
  stop: AbortController
  holders: number
  made?: { value: Value }
}

export interface Held<Value> {
  value: Value
  release: () => Promise<void>
}

export class Shared<Value> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #idle: number
  readonly #drop: (value: Value) => Promise<void>

  /** `idle`: how many are kept that nobody holds, the latest; `drop` removes what is not kept. */
  constructor(idle: number, drop: (value: Value) => Promise<void>) {
    this.#idle = idle
    this.#drop = drop
  }

  /** Makes it where it is not there. The making is given up when nobody waits for it any more. */
  async hold(
    key: string,
    signal: AbortSignal,
    make: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Held<Value>> {
    signal.throwIfAborted()
    const entry = this.#entries.get(key) ?? this.#begin(key, make)
    // The latest stands last.
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.holders += 1
    try {
      const value = await orAborted(entry.value, signal)
      return { value, release: () => this.#release(entry) }
    } catch (error) {
      entry.holders -= 1
      if (entry.holders === 0) await this.#remove(key, entry)
      throw error
    }
  }

  /** As `hold`, where it is there and has been made; null where it is not. */
  holdMade(key: string): Held<Value> | null {
    const entry = this.#entries.get(key)
    if (entry?.made === undefined) return null
    entry.holders += 1
    return { value: entry.made.value, release: () => this.#release(entry) }
  }

  async clear(): Promise<void> {
    await Promise.all([...this.#entries].map(([key, entry]) => this.#remove(key, entry)))
  }

  #begin(key: string, make: (signal: AbortSignal) => Promise<Value>): Entry<Value> {
    const stop = new AbortController()
    const entry: Entry<Value> = { value: make(stop.signal), stop, holders: 0 }
    entry.value.then(
      (value) => (entry.made = { value }),
      () => {
        // Whoever comes after a failure tries anew.
        if (this.#entries.get(key) === entry) this.#entries.delete(key)
      },
    )
    return entry
  }

  async #release(entry: Entry<Value>): Promise<void> {
    entry.holders -= 1
    const idle = [...this.#entries].filter(([, { holders }]) => holders === 0)
    const surplus = idle.slice(0, Math.max(0, idle.length - this.#idle))
    await Promise.all(surplus.map(([key, entry]) => this.#remove(key, entry)))
  }

  async #remove(key: string, entry: Entry<Value>): Promise<void> {
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    entry.stop.abort()
    await entry.value.then(this.#drop, () => {})
  }
}

export async function orAborted<Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([value, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
