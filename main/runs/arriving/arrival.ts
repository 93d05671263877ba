import { Problem } from '../../../shared/domain/problem.ts'
import { errorCode, fileTrouble } from '../../../shared/domain/errorCode.ts'

/** Bytes that are on their way into a file. */
export class Arrival {
  bytes = 0
  state: 'coming' | 'whole' | 'broken' = 'coming'
  problem: Problem | null = null
  readonly #waiting = new Set<() => void>()

  grow(bytes: number): void {
    this.bytes = bytes
    this.#wake()
  }

  end(problem: Problem | null): void {
    if (this.state !== 'coming') return
    this.state = problem === null ? 'whole' : 'broken'
    this.problem = problem
    this.#wake()
  }

  /** Resolves when at least `bytes` are there or no more will come. */
  async until(bytes: number, signal: AbortSignal): Promise<void> {
    while (this.state === 'coming' && this.bytes < bytes) {
      signal.throwIfAborted()
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#waiting.add(wake)
        signal.addEventListener('abort', wake)
      })
    }
    signal.throwIfAborted()
    if (this.problem !== null) throw this.problem
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }
}

/** What an arrival that broke off has met, in words. */
export function arrivalProblem(name: string, error: unknown): Problem {
  const code = errorCode(error)
  const trouble = fileTrouble(code)
  if (trouble !== null)
    return new Problem(
      {
        code: trouble === 'full' ? 'disk-full' : 'home-unusable',
        what:
          trouble === 'full'
            ? `There is no room on this computer for ${name}.`
            : `Pallet could not write ${name} into its data folder.`,
        did: 'Pallet removed the part that had arrived.',
        advice:
          trouble === 'full'
            ? 'Make room on the disk and drop the file again.'
            : 'Check that the folder is there, that its disk is in order and that you may write to it; then drop the file again.',
        detail: code,
      },
      { cause: error },
    )
  return error instanceof Problem || (error instanceof Error && error.name === 'AbortError')
    ? Problem.from(error)
    : lengthLie(name)
}

/** More or fewer bytes came than were announced. */
export function lengthLie(name: string): Problem {
  return new Problem({
    code: 'source-truncated',
    what: `${name} did not arrive as it was announced.`,
    did: 'Pallet dropped what had arrived.',
    advice: 'Drop the file again; if another program is still writing it, wait until it is done.',
  })
}
