import type { Core } from '../runs/core.ts'
import type { ExitCode } from './exitCodes.ts'
import type { Output } from './output.ts'

type Awaitable<Call> = Call extends (...args: infer Args) => infer Answer
  ? [Answer] extends [Promise<unknown>]
    ? Call
    : (...args: Args) => Answer | Promise<Answer>
  : never
type Subject<S extends keyof Core, Calls extends keyof Core[S] = keyof Core[S]> = {
  [Call in Calls]: Awaitable<Core[S][Call]>
}

/** The use cases as a command calls them: of its own process, or through the Pallet that holds the home. */
export interface CommandCore {
  app: Pick<Core['app'], 'vault'> & Subject<'app', 'unreadable'>
  sources: Subject<'sources', 'open' | 'announce' | 'receive' | 'preview'>
  runs: Subject<'runs', Exclude<keyof Core['runs'], 'snapshot' | 'count' | 'chooseAgain'>>
  datasets: Subject<'datasets', Exclude<keyof Core['datasets'], 'toldDoubts'>>
  connections: Subject<'connections', Exclude<keyof Core['connections'], 'testUnsaved'>>
  settings: Subject<'settings'>
  warehouse: Subject<'warehouse'>
  watches: Subject<'watches'>
  extracts: Subject<'extracts'>
  schedules: Subject<'schedules'>
  alerts: Subject<'alerts'>
  audit: Subject<'audit'>
  erasures: Subject<'erasures'>
  insights: Subject<'insights'>
  uploads: Subject<'uploads'>
  streams: Subject<'streams'>
  /** Stops what runs in this process; what runs in another one goes on there. */
  halt(): Promise<void>
}

/** What a command has to work with. */
export interface Session {
  core: CommandCore
  /** Whether another process does the work, which is there before and after this command. */
  elsewhere: boolean
  output: Output
  /** Whether machines read the output. */
  json: boolean
  /** Ends with Ctrl-C. */
  signal: AbortSignal
  /** Ends when whoever read the output has left (`| head`): work goes on then, and what only tells does not. */
  unheard: AbortSignal
}

/** Opens a session for the work of one command, and closes it whatever happens; without an answer it succeeded. */
export type InSession = (work: (session: Session) => Promise<ExitCode | void>) => Promise<void>
