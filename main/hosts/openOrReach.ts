import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../../shared/domain/problem.ts'
import type { Output } from '../terminal/output.ts'
import type { CommandCore } from '../terminal/session.ts'
import type { OpenCore } from './core.ts'

/** So long a Pallet that has the home may take until it listens, or until it has ended. */
const patienceMs = 15_000
const lookMs = 200

/** What a command works with. */
export interface Opened {
  core: CommandCore
  /** Whether another process does the work. */
  elsewhere: boolean
  close(): Promise<void>
}

/**
 * The use cases of this process or, where another one holds the home, of that one. Fails with `home-in-use` when
 * that one does not listen.
 */
export async function openOrReach(
  openOwn: () => Promise<OpenCore>,
  home: string,
  output: Output,
  signal: AbortSignal,
): Promise<Opened> {
  const until = performance.now() + patienceMs
  for (let told = false; ; told = true) {
    try {
      return own(await openOwn(), output, signal)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'home-in-use') throw error
      const reached = await through(home, output, signal)
      if (reached !== null) return reached
      if (signal.aborted || performance.now() > until) throw error
      if (!told)
        output.note('Another Pallet is working with this folder; waiting until it answers …')
      await delay(lookMs)
    }
  }
}

function own(opened: OpenCore, output: Output, signal: AbortSignal): Opened {
  const { core } = opened
  return {
    core,
    elsewhere: false,
    async close() {
      const others = await opened.guests()
      if (others !== null && others.guests() > 0 && !signal.aborted) {
        output.note('Other commands work through this one; it waits for them. Ctrl-C ends it now.')
        const interrupted = new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
        await Promise.race([others.idle(), interrupted])
      }
      await core.close()
    },
  }
}

async function through(home: string, output: Output, signal: AbortSignal): Promise<Opened | null> {
  const given = Object.keys(process.env).filter((name) =>
    /^(PALLET_SECRET_.*|AZURE_STORAGE_CONNECTION_STRING)$/.test(name),
  )
  // Only for those who meet another Pallet.
  const { reach } = await import('./reach.ts')
  const reached = await reach(home, given.includes('AZURE_STORAGE_CONNECTION_STRING'), signal)
  if (reached === null) return null
  if (given.length > 0)
    output.note(
      `This command works through the Pallet that is open, which keeps to the secrets it has: ${given.join(', ')} of this command is not handed to it.`,
    )
  return {
    core: reached.core,
    elsewhere: true,
    async close() {
      reached.close()
      if (signal.aborted)
        output.note(
          'This command has ended. A run that it started goes on in the Pallet that is open; “pallet pause RUN” stops it.',
        )
    },
  }
}
