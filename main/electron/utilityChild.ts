/**
 * A child process in Electron. The packaged app cannot be run as plain Node (the fuse is
 * off), so a child is a utility process; this gives it the face of `child_process.fork`.
 */
import { EventEmitter } from 'node:events'
import type { UtilityProcess } from 'electron'

interface ChildEvents {
  message: [unknown]
  exit: [code: number | null, signal: NodeJS.Signals | null]
  error: [Error]
}

/** What the owner of a forked child needs of it. */
export interface ForkedChild extends EventEmitter<ChildEvents> {
  readonly pid: number | undefined
  readonly connected: boolean
  readonly exitCode: number | null
  readonly signalCode: NodeJS.Signals | null
  send(message: unknown, sent: (error: Error | null) => void): void
  kill(signal?: NodeJS.Signals): boolean
}

type Fork = (
  modulePath: string,
  args: string[],
  options: {
    env: Record<string, string>
    execArgv: string[]
    stdio: 'ignore'
    serviceName: string
  },
) => Pick<UtilityProcess, 'on' | 'postMessage' | 'kill' | 'pid'>

/**
 * Starts `entry`, through the script that gives it Node's side of the channel. Chromium ends such a process
 * with its parent, without a last word: whatever it holds must be durable before anybody relies on it.
 */
export function forkUtility(
  fork: Fork,
  channelScript: string,
): (entry: string, env: NodeJS.ProcessEnv) => ForkedChild {
  return (entry, env) =>
    new UtilityChild(
      fork(channelScript, [String(process.pid), entry], {
        env: Object.fromEntries(
          Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
        ),
        execArgv: [],
        stdio: 'ignore',
        serviceName: 'Pallet',
      }),
    )
}

class UtilityChild extends EventEmitter<ChildEvents> implements ForkedChild {
  readonly #process: ReturnType<Fork>
  /** Asked for before there was a process to get it. */
  #wanted: NodeJS.Signals | null = null
  exitCode: number | null = null
  /** Electron does not tell. */
  readonly signalCode = null

  constructor(process: ReturnType<Fork>) {
    super()
    this.#process = process
    process.on('message', (message: unknown) => this.emit('message', message))
    process.on('spawn', () => {
      if (this.#wanted !== null) this.kill(this.#wanted)
    })
    process.on('exit', (code) => {
      this.exitCode = code
      this.emit('exit', code, null)
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  get connected(): boolean {
    return this.exitCode === null
  }

  send(message: unknown, sent: (error: Error | null) => void): void {
    this.#process.postMessage(message)
    sent(null)
  }

  /**
   * SIGTERM, and Electron reaps what does not heed it; other signals reach it as Node sends them. Before
   * there is a process Electron's own `kill` does nothing: it is then ended as soon as there is one.
   */
  kill(signal: NodeJS.Signals = 'SIGTERM'): boolean {
    const { pid } = this
    if (pid === undefined) {
      if (this.exitCode === null && this.#wanted !== 'SIGKILL') this.#wanted = signal
      return false
    }
    return signal === 'SIGTERM' ? this.#process.kill() : process.kill(pid, signal)
  }
}
