import type { Logger } from 'pino'
import type { Core } from '../runs/core.ts'
import type { ExitCode } from './exitCodes.ts'
import type { Output } from './output.ts'

/** What a command has to work with while the home is its own. */
export interface Session {
  core: Core
  output: Output
  /** Whether machines read the output. */
  json: boolean
  /** Ends with Ctrl-C. */
  signal: AbortSignal
  log: Logger
}

/** Opens a session for the work of one command, and closes it whatever happens; without an answer it succeeded. */
export type InSession = (work: (session: Session) => Promise<ExitCode | void>) => Promise<void>
