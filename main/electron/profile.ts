import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from 'electron'

/**
 * Chromium's own files lie beside the data, so that two homes are two apps, each single. To be called
 * before the app asks whether it is the only one.
 */
export function placeProfile(app: Pick<App, 'setPath'>, home: string): void {
  const folder = join(home, 'window')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    app.setPath('userData', folder)
  } catch {
    // The core, which needs the same home, says what is wrong with it.
  }
}
