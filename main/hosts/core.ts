/** What all three hosts share: the rooms put together into one core. */
import { userInfo } from 'node:os'
import type { Logger } from 'pino'
import { signIn } from '../entra/signIn.ts'
import { type Fork, forkNode } from '../processes/child.ts'
import { rejectsReader } from '../reading/quarantine.ts'
import { actingName } from '../runs/acting.ts'
import { audited } from '../runs/auditing.ts'
import { type Core, createCore } from '../runs/core.ts'
import type { Vault } from '../runs/ports/vault.ts'
import { azuriteSandbox, stopWaitMs } from '../sandbox/azurite.ts'
import { openDatabase } from '../store/database.ts'
import { homeAt, takeHome } from '../store/home.ts'
import { ExtractStore } from '../store/extracts.ts'
import { FixStore } from '../store/fixes.ts'
import { watchedFolders } from '../sources/watchedFolder.ts'
import { insightQuestions } from '../insights/questions.ts'
import { AlertStore } from '../store/alerts.ts'
import { AuditStore } from '../store/audit.ts'
import { DraftStore } from '../store/drafts.ts'
import { RedriveStore } from '../store/redrives.ts'
import { StreamStore } from '../store/streams.ts'
import { WatchStore } from '../store/watches.ts'
import { JournalStore } from '../store/journal.ts'
import { RunStore } from '../store/runs.ts'
import { DatasetStore } from '../store/datasets.ts'
import { ConnectionStore, SettingStore } from '../store/settings.ts'
import { withEnvironment } from '../vault/environment.ts'
import { closeWaitMs, openPool } from '../workers/pool.ts'
import type { LocalServer } from '../web/localServer.ts'
import { clearAddress } from './address.ts'
import { type OpenLog, openLog } from './log.ts'
import { lastLogLines } from './logLines.ts'
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
  /** Whether it is mostly gone before others have found it: a command, which listens only when it takes longer. */
  isBrief?: boolean
  /** The host's own log, which outlives the core; absent: the core opens and closes one. */
  log?: Logger
}

/** To listen costs a command a fifth of a second of its processor time, half of what it takes for itself. */
const briefMs = 2000
/** A run under way halts at its next checkpoint; the slowest is the answer to a request. */
const haltWaitMs = 30_000
/** As long as closing the core may take, with all that it waits for; then checkpoints must do. */
export const closeLimitMs = haltWaitMs + closeWaitMs + stopWaitMs

export interface OpenCore {
  core: Core
  log: Logger
  /** For secrets that are no connection’s. */
  vault: Vault
  /** Commands that work through this process; null where there are none yet, or can be none. */
  guests(): Promise<LocalServer | null>
}

export async function openCore(options: CoreOptions): Promise<OpenCore> {
  const { fork = forkNode } = options
  const home = homeAt(options.folder)
  const lock = takeHome(home)
  try {
    clearAddress(home.folder)
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
    const vault = withEnvironment(await options.openVault(home.folder, log), options.environment)
    const entra = signIn({ openUrl: options.openUrl })
    const now = () => new Date()
    const user = userName()
    const who = () => actingName() || user
    const audit = new AuditStore(db, who)
    const parts = createCore({
      version: options.version,
      home,
      runs: new RunStore(db),
      fixes: new FixStore(db),
      journals: new JournalStore(db),
      datasets: new DatasetStore(db, who),
      connections: new ConnectionStore(db),
      settings: new SettingStore(db),
      watches: new WatchStore(db),
      extracts: new ExtractStore(db),
      streamStore: new StreamStore(db),
      redrives: new RedriveStore(db),
      drafts: new DraftStore(db),
      folders: watchedFolders,
      alerts: new AlertStore(db),
      audit,
      insightQuestions,
      warn: (message) => log.warn(message),
      rooms: pool,
      rejects: rejectsReader,
      vault,
      systems: outsideSystems({ sandbox, signIn: entra, warehouseFile: home.warehouse }),
      signIn: entra,
      environment: options.environment,
      logLines: () => lastLogLines(home.logs),
      now,
      closeParts: async () => {
        await pool.close()
        await sandbox.stop()
        db.close()
        await closeLog()
        lock.release()
      },
    })
    const core = audited(parts, audit, now)
    await core.sources.clear()
    let guests: Promise<LocalServer | null> = Promise.resolve(null)
    const listen = (): Promise<LocalServer | null> =>
      (guests = import('./commands.ts').then(({ openToCommands }) => openToCommands(core, log)))
    const later = options.isBrief === true ? setTimeout(() => void listen(), briefMs) : null
    if (later === null) await listen()
    const close = async (): Promise<void> => {
      if (later !== null) clearTimeout(later)
      const server = await guests
      clearAddress(home.folder)
      await server?.close()
      await core.close()
    }
    return { core: { ...core, close }, log, vault, guests: () => guests }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** As the operating system knows whoever started Pallet; a container may know nobody of their number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

function logFor({ log }: CoreOptions, folder: string): OpenLog {
  return log === undefined ? openLog(folder) : { log, close: async () => {} }
}
