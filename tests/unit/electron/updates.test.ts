import { EventEmitter } from 'node:events'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { type Updater, startUpdates } from '../../../main/electron/updates.ts'
import type { UpdateState } from '../../../shared/contract/bridge.ts'

const log = pino({ level: 'silent' })

function updating(setting: string | undefined, more: { isPackaged?: boolean; fails?: Error } = {}) {
  const done: unknown[] = []
  const told: UpdateState[] = []
  const later: (() => void)[] = []
  const updater = Object.assign(new EventEmitter(), {
    autoDownload: false,
    logger: null,
    setFeedURL: (feed: unknown) => done.push(feed),
    quitAndInstall: () => done.push('install'),
    checkForUpdates: async () => {
      done.push('check')
      if (more.fails !== undefined) {
        // As the real one: by its event, and then by its promise.
        updater.emit('error', more.fails)
        throw more.fails
      }
      return null
    },
  })
  const started = startUpdates({
    setting,
    isPackaged: more.isPackaged ?? true,
    load: async () => {
      done.push('load')
      return updater as unknown as Updater
    },
    tell: (state) => told.push(state),
    later: (call) => later.push(call),
    log,
  })
  return { done, told, later, updater, started }
}

describe('updates', () => {
  it.each([undefined, '', '0'])('are off by default: %s', async (setting) => {
    const { done, started } = updating(setting)
    expect((await started).install()).toBeNull()
    expect(done).toEqual([])
  })

  it('are for what was installed', async () => {
    const { done, started } = updating('1', { isPackaged: false })
    await started
    expect(done).toEqual([])
  })

  it('are looked for where the build or the setting says, and again later', async () => {
    const build = updating('1')
    await build.started
    build.later.shift()?.()
    expect(build.done).toEqual(['load', 'check', 'check'])
    const { done, started } = updating('https://updates.example/pallet')
    await started
    expect(done).toEqual([
      'load',
      { provider: 'generic', url: 'https://updates.example/pallet' },
      'check',
    ])
  })

  it('are shown from found to ready, and then installed when asked', async () => {
    const { done, told, later, updater, started } = updating('1')
    const { install } = await started
    updater.emit('update-available', { version: '2.0.0' })
    expect(install()).toBeNull()
    for (const percent of [0.4, 12.2, 12.9, 100]) updater.emit('download-progress', { percent })
    updater.emit('update-downloaded', { version: '2.0.0' })
    expect(told).toEqual([
      { state: 'downloading', version: '2.0.0', percent: 0 },
      { state: 'downloading', version: '2.0.0', percent: 12 },
      { state: 'downloading', version: '2.0.0', percent: 100 },
      { state: 'ready', version: '2.0.0' },
    ])
    // What is ready is not looked for again.
    later.shift()?.()
    install()?.()
    expect(done).toEqual(['load', 'check', 'install'])
  })

  it('that fail are said, but not that the computer is offline, and never stop the start', async () => {
    const broken = updating('1', { fails: new Error('sha512 checksum mismatch') })
    await broken.started
    expect(broken.told).toEqual([{ state: 'failed', reason: 'sha512 checksum mismatch' }])
    const offline = updating('1', { fails: new Error('net::ERR_INTERNET_DISCONNECTED') })
    await offline.started
    expect(offline.told).toEqual([])
    expect(offline.later).toHaveLength(1)
  })

  it('are never fetched without encryption', async () => {
    const { done, told, started } = updating('http://updates.example/pallet')
    await started
    expect(done).toEqual(['load'])
    expect(told).toMatchObject([{ state: 'failed' }])
  })
})
