import { fork } from 'node:child_process'

/** What is needed of a child process: Node's has it, and so has what Electron has instead. */
export interface Child<Order, Report> {
  readonly pid?: number | undefined
  readonly connected: boolean
  readonly exitCode: number | null
  readonly signalCode: NodeJS.Signals | null
  on(event: 'message', listener: (report: Report) => void): unknown
  once(event: 'exit', listener: () => void): unknown
  once(event: 'error', listener: (error: Error) => void): unknown
  send(message: Order, sent: (error: Error | null) => void): unknown
  kill(signal: NodeJS.Signals): unknown
}

/** Starts a script in a process of its own, which ends with this one. */
export type Fork = <Order, Report>(entry: string, env: NodeJS.ProcessEnv) => Child<Order, Report>

export const forkNode: Fork = <Order, Report>(
  entry: string,
  env: NodeJS.ProcessEnv,
): Child<Order, Report> => {
  const child = fork(entry, [], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
    env,
  })
  // Not a reason to keep the parent alive: the child ends with it.
  child.unref()
  child.channel?.unref()
  return child as unknown as Child<Order, Report>
}

/** Settles when the child is gone, or could never be started. */
export function exitOf(child: Child<never, unknown>): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => {
      if (child.pid === undefined) resolve()
    })
  })
}

/** Without anybody's credentials, and without what a person set for an Azurite of their own. */
export function bareEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(env).filter(
    ([name]) => !/^(AZURITE_|AZURE_|PALLET_SECRET_)/.test(name) && name !== 'NODE_OPTIONS',
  )
  return Object.fromEntries(entries)
}
