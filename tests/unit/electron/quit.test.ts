import { EventEmitter } from 'node:events'
import type { App } from 'electron'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { tellFaults } from '../../../main/electron/faults.ts'
import { closeOnQuit, commandLine, quitOnSignals } from '../../../main/electron/quit.ts'

const log = pino({ level: 'silent' })

function quitting(close: () => Promise<void>, limitMs = 60_000) {
  const done: string[] = []
  const exited = Promise.withResolvers<number>()
  const app = Object.assign(new EventEmitter(), {
    exit: (code: number) => exited.resolve(code),
    relaunch: ({ args }: { args: string[] }) => done.push(`relaunch ${args.join(' ')}`),
  })
  const end = closeOnQuit(app as unknown as App, {
    close,
    log,
    limitMs,
    again: (files) => ({ args: [...files] }),
  })
  /** Whether it was held back. */
  const quit = (): boolean => {
    let prevented = false
    app.emit('before-quit', {})
    app.emit('will-quit', { preventDefault: () => (prevented = true) })
    return prevented
  }
  return { quit, exited: exited.promise, done, end }
}

describe('quitting', () => {
  it('waits for the core, and closes it once', async () => {
    let closed = 0
    const done = Promise.withResolvers<void>()
    const { quit, exited, end } = quitting(() => {
      closed += 1
      return done.promise
    })
    expect(end.begun).toBe(false)
    expect(quit()).toBe(true)
    expect(end.begun).toBe(true)
    expect(quit()).toBe(true)
    done.resolve()
    expect(await exited).toBe(0)
    expect(closed).toBe(1)
  })

  it('ends even when closing fails or hangs', async () => {
    const failing = quitting(() => Promise.reject(new Error('x')))
    failing.quit()
    expect(await failing.exited).toBe(1)
    const hanging = quitting(() => new Promise(() => {}), 5)
    hanging.quit()
    expect(await hanging.exited).toBe(1)
  })

  it('begins again with what was asked for meanwhile', async () => {
    const { quit, exited, done, end } = quitting(async () => {})
    quit()
    end.beginAgain([])
    end.beginAgain(['/x/a.csv'])
    await exited
    expect(done).toEqual(['relaunch /x/a.csv'])
  })

  it('lets the updater end it, and ends when the updater does not', async () => {
    const { quit, done, end } = quitting(async () => void done.push('closed'))
    const installed = Promise.withResolvers<void>()
    end.endWith(() => {
      // The updater quits once more, and is not held back.
      done.push('install', String(quit()))
      installed.resolve()
    })
    quit()
    await installed.promise
    expect(done).toEqual(['closed', 'install', 'false'])

    const failing = quitting(async () => {})
    failing.end.endWith(() => {
      throw new Error('no file')
    })
    failing.quit()
    expect(await failing.exited).toBe(0)
    const silent = quitting(async () => {}, 5)
    silent.end.endWith(() => {})
    silent.quit()
    expect(await silent.exited).toBe(1)
  })

  it('is started again as it was, with the files', () => {
    const line = (isPackaged: boolean, argv: string[], env = {}) =>
      commandLine({ isPackaged, getAppPath: () => '/src' }, { argv, env }, ['/x/a.csv'])
    expect(line(true, ['pallet', '/old.csv', '--background', '--disable-gpu'])).toEqual({
      args: ['--disable-gpu', '/x/a.csv'],
    })
    expect(line(false, ['electron', '.'])).toEqual({ args: ['/src', '/x/a.csv'] })
    expect(line(true, ['/tmp/.mount/pallet'], { APPIMAGE: '/home/x/Pallet.AppImage' })).toEqual({
      args: ['/x/a.csv'],
      execPath: '/home/x/Pallet.AppImage',
    })
  })
})

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
  '%s quits in good order, however often it comes',
  (signal) => {
    const from = new EventEmitter()
    let quits = 0
    quitOnSignals(from as NodeJS.Process, { quit: () => (quits += 1) }, log)
    from.emit(signal)
    from.emit(signal)
    expect(quits).toBe(2)
  },
)

describe('an error that nobody caught', () => {
  function faults() {
    const from = new EventEmitter()
    const said: string[] = []
    const logged: string[] = []
    tellFaults(from as NodeJS.Process, {
      log: pino({}, { write: (line: string) => void logged.push(line) }),
      showError: (title, text) => said.push(`${title}: ${text}`),
      quit: () => said.push('quit'),
    })
    return { from, said, logged }
  }

  it('is logged, said in sentences, and ends Pallet in good order, once', () => {
    const { from, said, logged } = faults()
    from.emit('uncaughtException', new Error('first of all'))
    from.emit('uncaughtException', new Error('and then'))
    expect(said).toHaveLength(2)
    expect(said[0]).toMatch(/^Pallet has to close: Pallet met an error it does not know\. /)
    expect(said[0]).not.toContain('first of all')
    expect(said[1]).toBe('quit')
    expect(logged.join()).toMatch(/first of all[\s\S]*and then/)
  })

  it('ends nothing where it was a promise, and is said once', () => {
    const { from, said, logged } = faults()
    from.emit('unhandledRejection', new Error('one'))
    from.emit('unhandledRejection', new Error('two'))
    expect(said).toHaveLength(1)
    expect(logged).toHaveLength(2)
  })
})
