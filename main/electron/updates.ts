/** New versions of the installed app: looked for, fetched, and said in the window. */
import type { AppUpdater } from 'electron-updater'
import type { Logger } from 'pino'
import type { UpdateState } from '../../shared/contract/bridge.ts'

export type Updater = Pick<
  AppUpdater,
  'autoDownload' | 'logger' | 'on' | 'setFeedURL' | 'checkForUpdates' | 'quitAndInstall'
>

export interface UpdateParts {
  /** `PALLET_UPDATES`: off unless set; `1` takes updates from where the build says, an https address from there. */
  setting: string | undefined
  isPackaged: boolean
  load: () => Promise<Updater>
  tell: (state: UpdateState) => void
  /** Calls again later; the app's life does not wait for it. */
  later: (call: () => void, ms: number) => void
  /** Must outlive the core: an update is installed, and says so, after everything is closed. */
  log: Logger
}

/** A Pallet that runs for weeks hears of a new version within the day. */
const checkEveryMs = 6 * 3_600_000

/**
 * A new version is installed when Pallet is closed, or when the person says so. Never throws: an
 * update is never a reason not to start.
 * @returns how the version that is ready is installed and started; null while there is none
 */
export async function startUpdates(
  parts: UpdateParts,
): Promise<{ install: () => (() => void) | null }> {
  const { setting, log } = parts
  let ready: Updater | null = null
  const install = (): (() => void) | null => {
    const updater = ready
    return updater === null ? null : () => updater.quitAndInstall()
  }
  if (setting === undefined || setting === '' || setting === '0') return { install }
  if (!parts.isPackaged) {
    log.info('updates are for installed versions only')
    return { install }
  }
  try {
    const updater = await parts.load()
    if (setting !== '1') {
      if (URL.parse(setting)?.protocol !== 'https:') throw new Error('PALLET_UPDATES is not https')
      updater.setFeedURL({ provider: 'generic', url: setting })
    }
    updater.logger = log
    updater.autoDownload = true
    follow(updater, parts, () => {
      ready = updater
    })
    const check = (): void => {
      if (ready === null)
        // What went wrong is told by the event, too.
        updater
          .checkForUpdates()
          .catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'no update'))
      parts.later(check, checkEveryMs)
    }
    check()
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'no update')
    parts.tell({ state: 'failed', reason: reasonOf(error) })
  }
  return { install }
}

function follow(updater: Updater, { tell, log }: UpdateParts, onReady: () => void): void {
  let version = ''
  let percent = -1
  updater.on('update-available', (info) => {
    version = info.version
    percent = 0
    tell({ state: 'downloading', version, percent })
  })
  updater.on('download-progress', (progress) => {
    if (Math.floor(progress.percent) === percent) return
    percent = Math.floor(progress.percent)
    tell({ state: 'downloading', version, percent })
  })
  updater.on('update-downloaded', (info) => {
    onReady()
    tell({ state: 'ready', version: info.version })
  })
  updater.on('error', (error) => {
    log.warn({ reason: error.message }, 'update failed')
    // A computer that is offline now is no failure: it is tried again.
    if (!isOffline(error.message)) tell({ state: 'failed', reason: error.message })
  })
}

function isOffline(message: string): boolean {
  return /ERR_(INTERNET_DISCONNECTED|NAME_NOT_RESOLVED|NETWORK_CHANGED|NETWORK_IO_SUSPENDED|ADDRESS_UNREACHABLE)|ENOTFOUND|EAI_AGAIN/.test(
    message,
  )
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
