/** What the desktop app remembers of itself on this computer: a small file, needed before the core is open. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { z } from 'zod'
import { type DesktopSettings, WhenClosed } from '../../shared/contract/bridge.ts'
import type { LoginItem } from './loginItem.ts'
import { WindowPlace } from './windowBounds.ts'

/** What cannot be understood is as it comes: a preference is never a reason not to start. */
const Preferences = z.object({
  version: z.literal(1),
  whenClosed: WhenClosed.catch('ask'),
  notify: z.boolean().catch(true),
  window: WindowPlace.nullable().catch(null),
})
export type Preferences = z.infer<typeof Preferences>

const initial: Preferences = { version: 1, whenClosed: 'ask', notify: true, window: null }

export interface PreferencesFile {
  get(): Preferences
  /** Written at once; a disk that is full costs the memory of it and nothing else. */
  change(change: Partial<Omit<Preferences, 'version'>>): void
}

export function openPreferences(file: string, log: Logger): PreferencesFile {
  let now = read(file, log)
  return {
    get: () => now,
    change(change) {
      now = { ...now, ...change }
      try {
        writeFileSync(`${file}.new`, JSON.stringify(now), { mode: 0o600 })
        renameSync(`${file}.new`, file)
      } catch (error) {
        log.warn({ err: error }, 'the preferences were not saved')
      }
    },
  }
}

function read(file: string, log: Logger): Preferences {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return initial
  }
  try {
    return Preferences.parse(JSON.parse(text))
  } catch (error) {
    log.warn({ err: error }, 'the preferences could not be read')
    return initial
  }
}

/** The part of it that a person sets. */
export function desktopSettings(
  preferences: PreferencesFile,
  login: LoginItem,
): { get: () => DesktopSettings; save: (settings: DesktopSettings) => DesktopSettings } {
  const get = (): DesktopSettings => {
    const { whenClosed, notify } = preferences.get()
    return { whenClosed, notify, startAtLogin: login.get() }
  }
  return {
    get,
    save({ whenClosed, notify, startAtLogin }) {
      preferences.change({ whenClosed, notify })
      if (startAtLogin !== null && startAtLogin !== login.get()) login.set(startAtLogin)
      return get()
    },
  }
}
