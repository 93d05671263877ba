/** The Pallet that holds a home, open to the commands of its owner. */
import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { createFilesHandler } from '../rpc/files.ts'
import { createRpcServer } from '../rpc/wire.ts'
import type { Core } from '../runs/core.ts'
import { type LocalServer, serveLocally } from '../web/localServer.ts'
import { socketPaths, writeAddress } from './address.ts'

/** Where no socket can be had, Pallet works without: commands then say that the home is in use. */
export async function openToCommands(core: Core, log: Logger): Promise<LocalServer | null> {
  const { home, version } = core.app
  const secret = randomBytes(32).toString('base64url')
  const parts = {
    rpc: createRpcServer({ core, host: 'cli', log }),
    files: createFilesHandler({ core, log }),
    log,
    secret,
  }
  let server: LocalServer | null = null
  try {
    for (const path of socketPaths(home)) {
      server = await serveLocally({ ...parts, path }).catch((error: unknown) => {
        log.warn({ err: error }, 'no socket for commands here')
        return null
      })
      if (server === null) continue
      writeAddress(home, { path, secret, version })
      return server
    }
  } catch (error) {
    log.warn({ err: error }, 'commands cannot reach this Pallet')
    await server?.close()
  }
  return null
}
