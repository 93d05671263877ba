import type { ConnectionTest } from '../../../shared/domain/connection.ts'
import { Problem } from '../../../shared/domain/problem.ts'

/** What a test came to, in one sentence; whether the container is there is part of it. */
export async function outcome(
  container: string | null,
  signal: AbortSignal,
  test: () => Promise<Omit<ConnectionTest, 'ok'>>,
): Promise<ConnectionTest> {
  try {
    const { message, places } = await test()
    const lacks = container !== null && places !== null && !places.names.includes(container)
    return {
      ok: true,
      message: lacks
        ? `${message} None is called “${container}”: create it there, or when a file is sent.`
        : message,
      places,
    }
  } catch (error) {
    signal.throwIfAborted()
    // What Pallet did about it is said for runs; a test has none to keep.
    const { did: _, ...data } = Problem.from(error).data
    return { ok: false, message: new Problem(data).message, places: null }
  }
}
