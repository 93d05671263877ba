import { EventEmitter } from 'node:events'
import type { BrowserWindow } from 'electron'
import { array, assert, integer, property, record } from 'fast-check'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { type Appearance, openWindow, windowOptions } from '../../../main/electron/window.ts'
import { usableBounds } from '../../../main/electron/windowBounds.ts'

const log = pino({ level: 'silent' })
const files = { preload: '/app/preload.cjs', icon: '/app/icon.png' }
const screen = { workArea: { x: 0, y: 0, width: 1920, height: 1040 } }

function fakeWindow() {
  const done: string[] = []
  const webContents = new EventEmitter()
  const window = Object.assign(new EventEmitter(), {
    webContents,
    show: () => done.push('show'),
    maximize: () => done.push('maximize'),
    minimize: () => done.push('minimize'),
    reload: () => done.push('reload'),
    isDestroyed: () => false,
    loadURL: async (url: string) => void done.push(url),
  })
  return { done, window: window as unknown as BrowserWindow, raw: window, webContents }
}
const parts = { as: (): Appearance => 'shown', log, now: () => 0, onHopeless: () => {} }

describe('the window', () => {
  it('is sealed', () => {
    expect(windowOptions(files, null, [screen]).webPreferences).toMatchObject({
      preload: '/app/preload.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    })
  })

  it.each([
    ['shown', 'show'],
    ['maximized', 'maximize'],
    ['minimized', 'minimize'],
    ['hidden', undefined],
  ] as const)('appears once it has been drawn: %s', (as, act) => {
    const { done, window, raw } = fakeWindow()
    openWindow(window, { ...parts, as: () => as })
    expect(done).toEqual(['app://pallet/'])
    raw.emit('ready-to-show')
    expect(done[1]).toBe(act)
  })

  it('comes back after a crash, but not for ever', () => {
    const { done, window, webContents } = fakeWindow()
    let now = 0
    let hopeless = 0
    openWindow(window, { ...parts, now: () => now, onHopeless: () => (hopeless += 1) })
    const crash = (reason: string) =>
      webContents.emit('render-process-gone', {}, { reason, exitCode: 1 })
    crash('clean-exit')
    expect(done).toEqual(['app://pallet/'])
    for (let time = 0; time < 3; time += 1) crash('crashed')
    expect(done.filter((what) => what === 'reload')).toHaveLength(3)
    crash('oom')
    expect(hopeless).toBe(1)
    now = 61_000
    crash('crashed')
    expect(done.filter((what) => what === 'reload')).toHaveLength(4)
  })
})

describe('where it stands', () => {
  const bounds = { x: 300, y: 200, width: 1000, height: 700 }

  it('is where it stood', () => {
    expect(windowOptions(files, { bounds, maximized: false }, [screen])).toMatchObject(bounds)
    expect(windowOptions(files, null, [screen])).toMatchObject({ width: 1200, height: 800 })
  })

  it.each([
    ['on a screen that has gone', { ...bounds, x: 2500 }],
    ['with a title bar above every screen', { ...bounds, y: -100 }],
    ['with too little of it to take hold of', { ...bounds, x: 1900 }],
  ])('is chosen anew for a window %s', (_, stood) => {
    expect(usableBounds(stood, [screen])).toBeNull()
    expect(windowOptions(files, { bounds: stood, maximized: false }, [screen])).not.toHaveProperty(
      'x',
    )
  })

  it('shrinks to the screen that shows it', () => {
    const small = { workArea: { x: 1920, y: 0, width: 800, height: 600 } }
    expect(usableBounds({ ...bounds, x: 1950, y: 10 }, [screen, small])).toEqual({
      x: 1950,
      y: 10,
      width: 800,
      height: 600,
    })
  })

  it('always leaves something to take hold of, and is never larger than a screen', () => {
    const side = integer({ min: 1, max: 5000 })
    const place = integer({ min: -5000, max: 5000 })
    const area = record({ x: place, y: place, width: side, height: side })
    assert(
      property(area, array(area, { maxLength: 3 }), (stood, areas) => {
        const found = usableBounds(
          stood,
          areas.map((workArea) => ({ workArea })),
        )
        if (found === null) return
        const holds = areas.some(
          ({ x, y, width, height }) =>
            found.y >= y &&
            found.y + 32 <= y + height &&
            Math.min(found.x + stood.width, x + width) - Math.max(found.x, x) >=
              Math.min(120, stood.width) &&
            found.width <= width &&
            found.height <= height,
        )
        expect(holds).toBe(true)
      }),
    )
  })
})
