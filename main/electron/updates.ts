import type { AppUpdater } from 'electron-updater'
import type { Logger } from 'pino'

type Updater = Pick<AppUpdater, 'autoDownload' | 'logger' | 'on' | 'setFeedURL' | 'checkForUpdates'>

/**
 * Off unless asked for by `PALLET_UPDATES`: `1` takes updates from where the build says, an
 * https address from there. A new version is installed when Pallet is closed. Never throws:
 * an update is never a reason not to start.
 */
export async function startUpdates(
  setting: string | undefined,
  isPackaged: boolean,
  load: () => Promise<Updater>,
  log: Logger,
): Promise<void> {
  if (setting === undefined || setting === '' || setting === '0') return
  if (!isPackaged) {
    log.info('updates are for installed versions only')
    return
  }
  try {
    const updater = await load()
    updater.logger = log
    updater.autoDownload = true
    updater.on('error', (error) => log.warn({ reason: error.message }, 'update failed'))
    if (setting !== '1') {
      if (URL.parse(setting)?.protocol !== 'https:') throw new Error('PALLET_UPDATES is not https')
      updater.setFeedURL({ provider: 'generic', url: setting })
    }
    await updater.checkForUpdates()
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'no update')
  }
}
