import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

interface System {
  platform: string
  helper: string
  hasSuidHelper: boolean
  restricts: boolean
}
interface Stream {
  isTTY: boolean
  write: (text: string) => void
}
const file = join(resolve(import.meta.dirname, '../../..'), 'build/electron.mjs')
const { downloadText, progressOn, sandboxRefusal } = (await import(pathToFileURL(file).href)) as {
  downloadText: (progress: { transferred: number; total: number | null }) => string
  progressOn: (stream: Stream) => (text: string | null) => void
  sandboxRefusal: (code: number, system: System) => string | null
}

describe('a window whose sandbox cannot start', () => {
  const ubuntu: System = {
    platform: 'linux',
    helper: '/src/chrome-sandbox',
    hasSuidHelper: false,
    restricts: true,
  }

  it('is explained where the system keeps it from starting', () => {
    const refusal = sandboxRefusal(133, ubuntu)
    expect(refusal).toContain('sudo chmod 4755 /src/chrome-sandbox')
    expect(refusal).not.toContain('--no-sandbox')
  })

  it('and only there: other ends are what they are', () => {
    expect(sandboxRefusal(0, ubuntu)).toBeNull()
    expect(sandboxRefusal(1, ubuntu)).toBeNull()
    expect(sandboxRefusal(133, { ...ubuntu, hasSuidHelper: true })).toBeNull()
    expect(sandboxRefusal(133, { ...ubuntu, restricts: false })).toBeNull()
    expect(sandboxRefusal(134, { ...ubuntu, platform: 'darwin' })).toBeNull()
  })
})

describe('the download of Electron', () => {
  function said(isTTY: boolean): string {
    let text = ''
    const say = progressOn({ isTTY, write: (more) => (text += more) })
    say('Downloading Electron, which makes the window (once) …')
    for (const transferred of [1_000_000, 1_200_000, 43_000_000])
      say(downloadText({ transferred, total: 118_000_000 }))
    say(null)
    return text
  }

  it('is one line that counts', () => {
    const lines = said(true)
      .split('\r')
      .map((line) => line.trimEnd())
    expect(lines.slice(-2)).toEqual([
      'Downloading Electron: 1 of 118 MB',
      'Downloading Electron: 43 of 118 MB',
    ])
    expect(said(true).endsWith('\n')).toBe(true)
    expect(downloadText({ transferred: 43_000_000, total: null })).toBe(
      'Downloading Electron: 43 MB',
    )
  })

  it('is said once where nothing can be written over', () => {
    expect(said(false)).toBe('Downloading Electron, which makes the window (once) …\n')
  })
})
