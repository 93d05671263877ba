import { expect, test } from 'vitest'
import { Effects } from '../../../main/runs/looking/effects.ts'
import type { Brought } from '../../../main/runs/outside/outside.ts'
import { Shared } from '../../../main/runs/looking/shared.ts'
import type { Effect, WholeFile } from '../../../main/runs/looking/wholeFiles.ts'

test('an effect that is given up lets others have their turn until its thread has left', async () => {
  const refuse = () => Promise.reject(new Error('not asked'))
  const left: string[] = []
  const effects = new Effects({
    newId: () => 'id',
    bring: async () => ({ tables: [] }),
    rooms: {
      cut: refuse,
      work: refuse,
      // A thread answers later than it is told to stop.
      effect: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () =>
            setTimeout(() => {
              left.push('thread')
              reject(signal.reason)
            }, 20),
          )
        }),
    },
  })
  const file = {
    folder: '/nowhere',
    recordsFile: '/nowhere/records.csv',
    whole: async () => ({ labels: ['a'], labelled: true }),
    effects: new Shared<Effect>(0, async () => {}),
    outside: new Shared<Brought>(0, async () => {}),
  } as unknown as WholeFile
  const tried = { recipe: [], labels: ['a'], writtenAs: {} }
  const given = new AbortController()
  const told: string[] = []
  for await (const { kind } of effects.follow(file, tried, given.signal)) {
    told.push(kind)
    given.abort()
  }
  expect(told).toEqual(['working'])
  expect(left).toEqual(['thread'])
})
