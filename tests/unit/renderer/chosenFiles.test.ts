import { createORPCClient } from '@orpc/client'
import { expect, it } from 'vitest'
import { ChosenFiles } from '../../../renderer/core/chosenFiles.ts'
import type { Host } from '../../../renderer/core/host.ts'
import { createStore } from '../../../renderer/core/store.ts'
import { Problem } from '../../../shared/domain/problem.ts'

const placeless = {
  code: 'source-missing' as const,
  what: 'No place.',
  did: '',
  advice: '',
  detail: '',
}

/** A desktop host that can open every file but those named `mail`. */
function desktop(answer: (path: string, input: unknown) => unknown): Host {
  return {
    client: createORPCClient({
      call: async (path, input) => answer(path.join('.'), input),
    }),
    line: createStore<ReturnType<Host['line']['get']>>({ state: 'open' }),
    desktop: {
      connect: () => {},
      chooseFiles: async () => [],
      listen: () => {},
      restartToUpdate: async () => {},
      settings: () => Promise.reject(new Error('not asked')),
      saveSettings: async (settings) => settings,
      filesForDrop: async (files) =>
        files.map((file) =>
          file.name.includes('mail')
            ? { ok: false, name: file.name, problem: placeless }
            : {
                ok: true,
                file: { source: `id of ${file.name}`, name: file.name, bytes: file.size },
              },
        ),
    },
  }
}

const input = async () => ({ dataset: 'sales', destination: {} })

it('takes what can be opened; what cannot stands beside it with its reason, folders are left out', async () => {
  const files = new ChosenFiles(desktop(() => undefined))
  await files.add([new File(['a'], 'a.csv'), new File(['b'], 'mail.csv')], ['exports'])
  expect(files.store.get().files.map(({ name, arrival }) => [name, arrival.state])).toEqual([
    ['a.csv', 'here'],
    ['mail.csv', 'failed'],
  ])
  expect(files.store.get().files[1]?.arrival).toEqual({ state: 'failed', problem: placeless })
  expect(files.leftOut.get()).toContain('“exports”')
})

it('a drop that main does not answer is said of each of its files', async () => {
  const host = desktop(() => undefined)
  const { desktop: bridge } = host
  if (bridge !== null) bridge.filesForDrop = () => Promise.reject(new Error('no answer'))
  const files = new ChosenFiles(host)
  await files.add([new File([], 'a.csv'), new File([], 'b.csv')])
  expect(files.store.get().files.map(({ arrival }) => arrival.state)).toEqual(['failed', 'failed'])
})

it('selects the first file, and the next one when the selected one goes', async () => {
  const files = new ChosenFiles(desktop(() => undefined))
  await files.add(['a.csv', 'b.csv', 'c.csv'].map((name) => new File([], name)))
  const keyOf = (name: string) => {
    const file = files.store.get().files.find((candidate) => candidate.name === name)
    if (file === undefined) throw new Error(`${name} is not there`)
    return file.key
  }
  expect(files.store.get().selected).toBe(keyOf('a.csv'))
  files.select(keyOf('b.csv'))
  files.remove(keyOf('b.csv'))
  expect(files.store.get().selected).toBe(keyOf('c.csv'))
  files.remove(keyOf('a.csv'))
  files.remove(keyOf('c.csv'))
  expect(files.store.get()).toEqual({ files: [], selected: null })
})

it('a sent file leaves the page; one that was refused stays with the reason', async () => {
  const calls: unknown[] = []
  let refuse = true
  const files = new ChosenFiles(
    desktop((path, given) => {
      calls.push([path, given])
      if (refuse) throw new Problem({ code: 'disk-full', what: 'The disk is full.' })
      return { runId: 'r1' }
    }),
  )
  await files.add([new File(['a'], 'a.csv')])
  const key = files.store.get().selected ?? ''
  expect(await files.start(key, input)).toBeNull()
  expect(files.store.get().files[0]?.sending).toMatchObject({
    state: 'failed',
    problem: { code: 'disk-full' },
  })
  refuse = false
  expect(await files.start(key, input)).toBe('r1')
  expect(files.store.get().files).toEqual([])
  expect(calls.at(-1)).toEqual([
    'runs.start',
    { dataset: 'sales', destination: {}, source: 'id of a.csv' },
  ])
})

it('a location that cannot be opened leaves the page as it was', async () => {
  const files = new ChosenFiles(
    desktop(() => {
      throw new Problem({ code: 'source-missing', what: 'There is no file /x.csv.' })
    }),
  )
  await expect(files.addLocation('/x.csv')).rejects.toMatchObject({ code: 'source-missing' })
  expect(files.store.get().files).toEqual([])
})
