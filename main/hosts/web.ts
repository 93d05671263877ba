/** Composition root of the browser host: the core's contract behind a loopback server. */
import type { Logger } from 'pino'
import type { Core } from '../runs/core.ts'
import { createFilesHandler } from '../rpc/files.ts'
import { createStaticHandler } from '../rpc/staticFiles.ts'
import { createRpcServer } from '../rpc/wire.ts'
import { startWebServer } from '../web/server.ts'
import type { SignInSettings } from '../web/signIn.ts'
import { builtWindow } from './builtWindow.ts'

export interface WebParts {
  core: Core
  log: Logger
  /** 0: any free port. */
  port: number
  /** People sign in; absent: the owner alone comes in. */
  signIn?: SignInSettings | undefined
  /** Folder of the built window; found by itself in a checkout and in a build. */
  renderer?: string
}

export interface WebHost {
  port: number
  /** The address to open: print it, never log it, for without sign-in it has a one-time token. */
  url: string
  /** Once a browser has been given the key for it. */
  admitted: Promise<void>
  /** Ends the server; the core stays with the caller. */
  close(): Promise<void>
}

export async function startWeb(parts: WebParts): Promise<WebHost> {
  const { core, log, port, signIn } = parts
  return await startWebServer({
    rpc: createRpcServer({ core, host: 'web', log }),
    files: createFilesHandler({ core, log }),
    statics: createStaticHandler(parts.renderer ?? builtWindow()),
    log,
    port,
    signIn,
  })
}

/** The line that tells people and tests that the browser host is up. */
export function readyLine(url: string): string {
  return `Pallet is ready at ${url}`
}
