import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Circumstances, onClose } from '../../../main/electron/closing.ts'
import { Desktop, type Shell } from '../../../main/electron/desktop.ts'
import { menuTemplate } from '../../../main/electron/menu.ts'
import { WindowNews } from '../../../main/electron/news.ts'
import { FileOpener } from '../../../main/electron/openFiles.ts'
import { openPreferences } from '../../../main/electron/preferences.ts'
import { closeOnQuit } from '../../../main/electron/quit.ts'
import { hasTray } from '../../../main/electron/tray.ts'
import type { DesktopNews } from '../../../shared/contract/bridge.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Run } from '../../../shared/domain/runs/run.ts'
import { fakeRun } from '../../fixtures/fakeCore.ts'
import { fakeElectron } from '../../fixtures/fakeElectron.ts'

const log = pino({ level: 'silent' })
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-desktop-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A stream of runs that the test feeds. */
function runStream() {
  const waiting: ((run: IteratorResult<Run>) => void)[] = []
  const runs: AsyncIterableIterator<Run> = {
    next: () => new Promise((resolve) => void waiting.push(resolve)),
    [Symbol.asyncIterator]: () => runs,
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return {
    runs,
    async send(id: string, change: Partial<Run> = {}) {
      waiting.shift()?.({ done: false, value: { ...fakeRun(id), ...change } })
      await settled()
    },
    async end() {
      waiting.shift()?.({ done: true, value: undefined })
      await settled()
    },
  }
}

async function desktop(
  more: { platform?: NodeJS.Platform; hasTray?: boolean; outOfSight?: boolean } = {},
) {
  const electron = fakeElectron()
  await electron.app.whenReady()
  const { platform = 'linux' } = more
  const preferences = openPreferences(join(folder, 'window.json'), log)
  const news = new WindowNews()
  const heard: DesktopNews[] = []
  news.listen({
    send: (_channel, said: DesktopNews) => heard.push(structuredClone(said)),
    isDestroyed: () => false,
    detached: false,
  })
  const closed = Promise.withResolvers<void>()
  const quitting = closeOnQuit(electron.app as unknown as Shell['app'], {
    close: () => closed.promise,
    log,
    limitMs: 60_000,
    again: (files) => ({ args: [...files] }),
  })
  const shell = electron as unknown as Shell
  const tray = Promise.resolve(more.hasTray ?? true)
  const shown = new Desktop({
    shell,
    platform,
    preferences,
    quitting,
    news,
    log,
    preload: '/app/preload.cjs',
    icon: '/app/icon.png',
    hasTray: tray,
    openFolder: () => {},
    files: new FileOpener({
      openSource: async (path) => {
        if (path.includes('missing')) throw new Problem({ code: 'source-missing', what: 'Gone.' })
        return { source: `id of ${path}`, name: path, bytes: 1 }
      },
      showDialog: async () => (await electron.dialog.showOpenDialog({})).filePaths,
      remember: (path) => electron.app.addRecentDocument(path),
      log,
    }),
  })
  shown.begin(more.outOfSight ?? false)
  await tray
  const stream = runStream()
  void shown.follow(stream.runs)
  const [window] = electron.BrowserWindow.all
  if (more.outOfSight !== true) window?.emit('ready-to-show')
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const openMenu = (label: string): void => {
    const entries = electron
      .menu()
      .flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
    const entry = entries.find((candidate) => candidate.label?.includes(label))
    ;(entry?.click as (() => void) | undefined)?.()
  }
  return { ...electron, shown, stream, heard, preferences, closed, settled, openMenu }
}

function first<T>(all: readonly T[]): T {
  const [one] = all
  if (one === undefined) throw new Error('there is none')
  return one
}

describe('what runs show outside the window', () => {
  it('the taskbar, and no sleep while one works', async () => {
    const { stream, BrowserWindow, blockers } = await desktop()
    const window = first(BrowserWindow.all)
    await stream.send('a')
    expect([window.progress, blockers.size]).toEqual([{ value: 0, mode: 'normal' }, 1])
    await stream.send('a', { state: 'waiting', retryAt: '2026-01-01T00:01:00.000Z' })
    expect([window.progress?.mode, blockers.size]).toEqual(['paused', 0])
    await stream.send('a')
    await stream.send('a', { state: 'waiting' })
    expect([window.progress?.mode, blockers.size]).toEqual(['error', 0])
    await stream.send('a', { state: 'succeeded' })
    expect(window.progress).toEqual({ value: -1, mode: undefined })
  })

  it('the computer may sleep when nobody follows the runs any more', async () => {
    const { stream, blockers } = await desktop()
    await stream.send('a')
    await stream.end()
    expect(blockers.size).toBe(0)
  })

  it('a notification where the window is not looked at; a click on it opens the run', async () => {
    const { stream, BrowserWindow, Notification, heard } = await desktop()
    const window = first(BrowserWindow.all)
    window.focused = true
    await stream.send('a')
    await stream.send('a', { state: 'succeeded' })
    expect(Notification.all).toEqual([])
    window.focused = false
    await stream.send('b')
    await stream.send('b', { state: 'failed' })
    const notice = first(Notification.all)
    expect(notice.options.title).toBe('sales.csv was not delivered')
    notice.emit('click', {})
    expect(window.focused).toBe(true)
    expect(heard).toEqual([{ kind: 'run', runId: 'b' }])
  })

  it('no notification where the person wants none or the system has none', async () => {
    const { stream, Notification, preferences, script } = await desktop()
    preferences.change({ notify: false })
    await stream.send('a', { state: 'succeeded' })
    preferences.change({ notify: true })
    script.notifications = false
    await stream.send('b', { state: 'succeeded' })
    expect(Notification.all).toEqual([])
  })
})

describe('closing the window', () => {
  it('ends Pallet when nothing is under way', async () => {
    const { BrowserWindow, done } = await desktop()
    first(BrowserWindow.all).close()
    expect(done.at(-1)).toBe('quit')
  })

  it('asks while runs are under way, and stays where nobody answers', async () => {
    const { BrowserWindow, stream, done } = await desktop()
    await stream.send('a')
    const window = first(BrowserWindow.all)
    window.close()
    window.close()
    expect(window.isDestroyed()).toBe(false)
    expect(done.filter((what) => what.startsWith('ask'))).toEqual([
      'ask A run is still under way. [Go on in the background, Quit, Cancel]',
    ])
  })

  it('goes on in the tray, which says how much and brings the window back', async () => {
    const { BrowserWindow, Tray, script, stream, settled } = await desktop()
    script.answers.push({ response: 0, checkboxChecked: false })
    await stream.send('a')
    const window = first(BrowserWindow.all)
    window.close()
    await settled()
    expect([window.visible, window.isDestroyed()]).toEqual([false, false])
    const tray = first(Tray.all)
    expect(tray.tip).toBe('Pallet: 1 run under way')
    await stream.send('a', { state: 'succeeded' })
    expect(tray.tip).toBe('Pallet: Nothing is under way')
    tray.emit('click')
    expect([window.visible, tray.isDestroyed()]).toEqual([true, true])
  })

  it('remembers the answer that shall hold', async () => {
    const { BrowserWindow, script, stream, settled, preferences, done } = await desktop()
    script.answers.push({ response: 0, checkboxChecked: true })
    await stream.send('a')
    const window = first(BrowserWindow.all)
    window.close()
    await settled()
    expect(preferences.get().whenClosed).toBe('background')
    window.show()
    window.close()
    expect(window.visible).toBe(false)
    expect(done.filter((what) => what.startsWith('ask'))).toHaveLength(1)
  })

  it('quits when told so, and then asks no more', async () => {
    const { BrowserWindow, script, stream, settled, done, closed, app } = await desktop()
    script.answers.push({ response: 1, checkboxChecked: false })
    await stream.send('a')
    first(BrowserWindow.all).close()
    await settled()
    expect(BrowserWindow.all).toEqual([])
    closed.resolve()
    await new Promise((resolve) => app.once('exited', resolve))
    expect(done.at(-1)).toBe('exit 0')
  })

  it('without a tray it is asked each time, and Pallet stays in the taskbar', async () => {
    const { BrowserWindow, Tray, script, stream, settled, preferences, done } = await desktop({
      hasTray: false,
    })
    preferences.change({ whenClosed: 'background' })
    script.answers.push({ response: 0, checkboxChecked: false })
    await stream.send('a')
    const window = first(BrowserWindow.all)
    window.close()
    await settled()
    expect(done.at(-2)).toBe('ask A run is still under way. [Go on, minimised, Quit, Cancel]')
    expect([window.minimized, Tray.all]).toEqual([true, []])
  })

  const usual: Circumstances = {
    platform: 'win32',
    quitting: false,
    underWay: 1,
    whenClosed: 'ask',
    hasTray: true,
  }
  it.each<[ReturnType<typeof onClose>, Partial<Circumstances>]>([
    ['ask', {}],
    ['hide', { whenClosed: 'background' }],
    ['ask', { whenClosed: 'background', hasTray: false }],
    ['close', { whenClosed: 'quit' }],
    ['close', { underWay: 0, whenClosed: 'background' }],
    ['close', { quitting: true }],
    ['close', { platform: 'darwin' }],
  ])('%s: %o', (act, change) => {
    expect(onClose({ ...usual, ...change })).toBe(act)
  })
})

describe('starting', () => {
  it('out of sight: behind the icon in the tray, until it is wanted', async () => {
    const { BrowserWindow, Tray, done, shown } = await desktop({ outOfSight: true })
    const window = first(BrowserWindow.all)
    window.emit('ready-to-show')
    expect([window.visible, done.includes('tray')]).toEqual([false, true])
    shown.show()
    expect([window.visible, first(Tray.all).isDestroyed()]).toEqual([true, true])
  })

  it('out of sight where there is no tray: minimised', async () => {
    const { BrowserWindow, Tray } = await desktop({ outOfSight: true, hasTray: false })
    const window = first(BrowserWindow.all)
    window.emit('ready-to-show')
    expect([window.minimized, Tray.all]).toEqual([true, []])
  })

  it('wanted before it was drawn, it is shown when it has been', async () => {
    const { BrowserWindow, shown, done } = await desktop({ outOfSight: true })
    shown.show()
    expect(done).not.toContain('show')
    first(BrowserWindow.all).emit('ready-to-show')
    expect(done).toContain('show')
  })

  it('twice brings the window to the front, with the files of the second start', async () => {
    const { app, BrowserWindow, heard, settled, done } = await desktop()
    const window = first(BrowserWindow.all)
    window.minimized = true
    const argv = ['pallet', '--x', 'a.csv', 'file:///exports/b%20c.csv', 'missing.csv']
    app.emit('second-instance', {}, argv, '/y', { argv, cwd: '/x' })
    await settled()
    expect(window.focused).toBe(true)
    expect(heard).toMatchObject([
      {
        kind: 'opened',
        files: [
          { ok: true, file: { source: 'id of /x/a.csv' } },
          { ok: true, file: { source: 'id of /exports/b c.csv' } },
          { ok: false, name: 'missing.csv', problem: { what: 'Gone.' } },
        ],
      },
    ])
    expect(done.filter((what) => what.startsWith('recent'))).toEqual([
      'recent /x/a.csv',
      'recent /exports/b c.csv',
    ])
    app.emit('second-instance', {}, [], '/', 'not from us')
    expect(heard).toHaveLength(1)
  })

  it('once more while it closes opens no window: it begins again afterwards, with the files', async () => {
    const { app, BrowserWindow, done, closed } = await desktop()
    app.quit()
    expect(BrowserWindow.all).toEqual([])
    app.emit('second-instance', {}, [], '/', { argv: ['pallet', 'a.csv'], cwd: '/x' })
    app.emit('activate')
    expect(BrowserWindow.all).toEqual([])
    closed.resolve()
    await new Promise((resolve) => app.once('exited', resolve))
    expect(done.slice(-2)).toEqual(['relaunch /x/a.csv', 'exit 0'])
  })

  it('stands where it stood, on the screens there are', async () => {
    const { BrowserWindow, app } = await desktop()
    const window = first(BrowserWindow.all)
    window.bounds = { x: 40, y: 50, width: 900, height: 700 }
    window.maximized = true
    window.close()
    expect(app.listenerCount('second-instance')).toBe(1)
    const again = await desktop()
    expect(first(again.BrowserWindow.all).bounds).toEqual(window.bounds)
    expect(again.done.at(-1)).toBe('maximize')
  })

  it('on a Mac a closed window opens again, with the bar of the runs', async () => {
    const { BrowserWindow, app, stream, done } = await desktop({ platform: 'darwin' })
    await stream.send('a')
    first(BrowserWindow.all).close()
    expect(done).not.toContain('quit')
    app.emit('activate')
    expect(first(BrowserWindow.all).progress).toEqual({ value: 0, mode: 'normal' })
  })
})

it('File, Open… hands the window what was chosen', async () => {
  const { openMenu, script, heard, settled } = await desktop()
  openMenu('Open')
  await settled()
  script.chosen.push(['/x/a.csv'])
  openMenu('Open')
  await settled()
  expect(heard).toMatchObject([{ kind: 'opened', files: [{ ok: true }] }])
})

describe('news', () => {
  it('wait for a page that listens; one that was reloaded hears the rest, and how the update is', () => {
    const news = new WindowNews()
    const page = () => {
      const heard: string[] = []
      const frame = {
        heard,
        detached: false,
        isDestroyed: () => false,
        send: (_channel: string, { kind }: DesktopNews) => {
          if (frame.detached) throw new Error('Render frame was disposed')
          heard.push(kind)
        },
      }
      return frame
    }
    news.tell({ kind: 'run', runId: 'a' })
    const old = page()
    news.listen(old)
    news.tell({ kind: 'update', update: { state: 'ready', version: '2.0.0' } })
    expect(old.heard).toEqual(['run', 'update'])
    old.detached = true
    news.tell({ kind: 'run', runId: 'b' })
    const next = page()
    news.listen(next)
    expect(next.heard).toEqual(['update', 'run'])
  })
})

describe('preferences', () => {
  it('outlive the app; what cannot be read is as it comes', async () => {
    const file = join(folder, 'window.json')
    openPreferences(file, log).change({ whenClosed: 'quit' })
    expect(openPreferences(file, log).get()).toMatchObject({ whenClosed: 'quit', notify: true })
    await writeFile(file, JSON.stringify({ version: 1, whenClosed: 'dance', notify: false }))
    expect(openPreferences(file, log).get()).toEqual({
      version: 1,
      whenClosed: 'ask',
      notify: false,
      window: null,
    })
    await writeFile(file, 'no json')
    expect(openPreferences(file, log).get().whenClosed).toBe('ask')
    expect(await readFile(file, 'utf8')).toBe('no json')
  })
})

describe('the tray', () => {
  const ask = (stdout: string) => async () => ({ stdout })
  it('is known by its watcher on Linux, and is always there elsewhere', async () => {
    expect(await hasTray('linux', ask('(true,)\n'))).toBe(true)
    expect(await hasTray('linux', ask('(false,)\n'))).toBe(false)
    expect(await hasTray('linux', () => Promise.reject(new Error('ENOENT')))).toBe(false)
    expect(await hasTray('win32', () => Promise.reject(new Error('not asked')))).toBe(true)
  })
})

describe('the menu', () => {
  function menu(platform: NodeJS.Platform, isPackaged = true) {
    const done: string[] = []
    const template = menuTemplate({
      platform,
      isPackaged,
      openFiles: () => done.push('open'),
      openFolder: (folder) => done.push(folder),
      about: () => done.push('about'),
    })
    const entries = template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
    for (const { click } of entries) (click as (() => void) | undefined)?.()
    return { text: JSON.stringify(template), done }
  }

  it('opens files, and helps, on every system', () => {
    for (const platform of ['linux', 'win32', 'darwin'] as const)
      expect(menu(platform).done).toEqual(['open', 'logs', 'data', 'about'])
    expect(menu('darwin').text).toContain('recentDocuments')
    expect(menu('win32').text).not.toContain('recentDocuments')
  })

  it('has the standard roles, and developer tools only in a checkout', () => {
    expect(menu('darwin').text).toContain('appMenu')
    expect(menu('linux').text).toContain('editMenu')
    expect(menu('linux').text).not.toContain('toggleDevTools')
    expect(menu('linux', false).text).toContain('toggleDevTools')
  })
})
