/** What all three hosts share: the rooms put together into one core. */
import type { Logger } from 'pino'
import { signIn } from '../entra/signIn.ts'
import { type Fork, forkNode } from '../processes/child.ts'
import { rejectsReader } from '../reading/quarantine.ts'
import { type Core, createCore } from '../runs/core.ts'
import type { Vault } from '../runs/ports/vault.ts'
import { azuriteSandbox, stopWaitMs } from '../sandbox/azurite.ts'
import { openDatabase } from '../store/database.ts'
import { homeAt, takeHome } from '../store/home.ts'
import { JournalStore } from '../store/journal.ts'
import { RunStore } from '../store/runs.ts'
import { ConnectionStore, DatasetStore, SettingStore } from '../store/settings.ts'
import { withEnvironment } from '../vault/environment.ts'
import { closeWaitMs, openPool } from '../workers/pool.ts'
import { checkAddressSpace } from './addressSpace.ts'
import { type OpenLog, openLog } from './log.ts'
import { outsideSystems } from './systems.ts'

/** Where the log of a data folder lies. */
export const logsOf = (folder: string): string => homeAt(folder).logs

export interface CoreOptions {
  /** The data folder; made if it is missing. */
  folder: string
  version: string
  environment: Readonly<Record<string, string | undefined>>
  openVault: (folder: string, log: Logger) => Promise<Vault>
  openUrl: (url: string) => Promise<void>
  /** How child processes are started, where it is not Node's own way. */
  fork?: Fork
  /** The host's own log, which outlives the core; absent: the core opens and closes one. */
  log?: Logger
}

/** A run under way halts at its next checkpoint; the slowest is the answer to a request. */
const haltWaitMs = 30_000
/** As long as closing the core may take, with all that it waits for; then checkpoints must do. */
export const closeLimitMs = haltWaitMs + closeWaitMs + stopWaitMs

export async function openCore(options: CoreOptions): Promise<{ core: Core; log: Logger }> {
  checkAddressSpace()
  const { fork = forkNode } = options
  const home = homeAt(options.folder)
  const lock = takeHome(home)
  try {
    const db = openDatabase(home.database)
    const { log, close: closeLog } = logFor(options, home.logs)
    const pool = openPool(
      (task, stack) => log.error({ task, stack }, 'an error nobody foresaw'),
      fork,
    )
    const sandbox = azuriteSandbox({
      folder: home.sandbox,
      onLost: (blobs) =>
        log.error({ blobs }, 'the built-in storage had lost the bytes of these blobs'),
      fork,
    })
    const entra = signIn({ openUrl: options.openUrl })
    const core = createCore({
      version: options.version,
      home,
      runs: new RunStore(db),
      journals: new JournalStore(db),
      datasets: new DatasetStore(db),
      connections: new ConnectionStore(db),
      settings: new SettingStore(db),
      rooms: pool,
      rejects: rejectsReader,
      vault: withEnvironment(await options.openVault(home.folder, log), options.environment),
      systems: outsideSystems({ sandbox, signIn: entra, warehouseFile: home.warehouse }),
      signIn: entra,
      environment: options.environment,
      now: () => new Date(),
      closeParts: async () => {
        await pool.close()
        await sandbox.stop()
        db.close()
        await closeLog()
        lock.release()
      },
    })
    await core.sources.clear()
    return { core, log }
  } catch (error) {
    lock.release()
    throw error
  }
}

function logFor({ log }: CoreOptions, folder: string): OpenLog {
  return log === undefined ? openLog(folder) : { log, close: async () => {} }
}
