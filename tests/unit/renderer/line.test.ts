import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../../../shared/domain/problem.ts'
import { backoffMs } from '../../../renderer/core/backoff.ts'
import { LastingLink, type Line } from '../../../renderer/core/line.ts'

/** A core that can be closed and opened: the test holds both ends. */
function core() {
  const calls: string[] = []
  let up = true
  let close = () => {}
  return {
    calls,
    dials: 0,
    dial(): Promise<Line> {
      this.dials += 1
      if (!up) return Promise.reject(new Error('refused'))
      const name = `line ${this.dials}`
      return Promise.resolve({
        link: {
          call: (path) => {
            calls.push(`${name}: ${path.join('.')}`)
            return Promise.resolve('answer')
          },
        },
        closed: new Promise((resolve) => {
          close = resolve
        }),
      })
    },
    goDown() {
      up = false
      close()
    },
    comeUp() {
      up = true
    },
  }
}

const options = { context: {} }

describe('a link that outlives its connection', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('dials again after a loss, and a call made meanwhile waits for the new line', async () => {
    const host = core()
    const link = new LastingLink(() => host.dial())
    await expect(link.call(['a'], null, options)).resolves.toBe('answer')
    host.goDown()
    await vi.advanceTimersByTimeAsync(1000)
    expect(link.state.get().state).toBe('lost')
    const call = link.call(['b'], null, options)
    host.comeUp()
    await vi.advanceTimersByTimeAsync(5000)
    await expect(call).resolves.toBe('answer')
    expect(link.state.get().state).toBe('open')
    expect(host.calls).toEqual(['line 1: a', `line ${host.dials}: b`])
  })

  it('ends the wait of a call with a sentence when nobody comes back', async () => {
    const host = core()
    host.goDown()
    const link = new LastingLink(() => host.dial())
    const call = link.call(['a'], null, options).catch((thrown: unknown) => thrown)
    await vi.advanceTimersByTimeAsync(15_000)
    const thrown = await call
    expect(thrown).toBeInstanceOf(Problem)
    expect((thrown as Problem).code).toBe('network')
    expect(host.calls).toEqual([])
  })

  it('gives up a waiting call when it is aborted', async () => {
    const host = core()
    host.goDown()
    const link = new LastingLink(() => host.dial())
    const end = new AbortController()
    const call = link
      .call(['a'], null, { ...options, signal: end.signal })
      .catch((thrown: unknown) => thrown)
    end.abort()
    expect(await call).toMatchObject({ name: 'AbortError' })
    host.comeUp()
    await vi.advanceTimersByTimeAsync(5000)
    expect(host.calls).toEqual([])
  })
})

it('waits longer after each failure, up to five seconds', () => {
  const waits = [0, 1, 2, 3, 4, 5, 50].map(backoffMs)
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000])
})
