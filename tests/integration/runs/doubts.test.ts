/** What is told of a file, and what is not told again because the file before had it in the same words. */
import { afterEach, expect, test } from 'vitest'
import type { Core } from '../../../main/runs/core.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Db } from '../../../main/store/database.ts'
import { follow } from '../../../main/terminal/follow.ts'
import { openOutput } from '../../../main/terminal/output.ts'
import { testFolder } from '../../fixtures/folder.ts'
import {
  scriptedCore,
  scriptedHome,
  scriptedRooms,
  send,
  until,
} from '../../fixtures/scriptedCore.ts'

const folder = testFolder()
let db: Db
let core: Core
afterEach(async () => {
  await core.close()
  db.close()
})

const levelsOf = (runId: string, told: string[]) =>
  Object.fromEntries(
    core.runs
      .events(runId)
      .flatMap(({ level, message }) => (told.includes(message) ? [[message, level]] : [])),
  )

test('a doubt is told again only when its words are new, and never because of a run that delivered nothing', async () => {
  const scripted = scriptedHome(folder())
  ;({ db } = scripted)
  const rooms = scriptedRooms([])
  let doubts = ['2 lines are no table.', 'One row has a stray quote (line 7).']
  let isFull = false
  core = scriptedCore({
    ...scripted,
    rooms: {
      ...rooms,
      read: async (...given) => {
        const read = await rooms.read(...given)
        return { ...read, detected: { ...read.detected, doubts } }
      },
      clean: async (...given) => {
        if (isFull) throw new Problem({ code: 'contract-mismatch', what: 'Other columns.' })
        return { ...(await rooms.clean(...given)), doubts: ['“price” is mostly a number.'] }
      },
    },
  })
  const sent = async (state: 'succeeded' | 'failed'): Promise<string> => {
    const runId = await send(core, scripted.home)
    await until(core, runId, state)
    return runId
  }
  const all = [...doubts, '“price” is mostly a number.', 'One row has a stray quote (line 9).']
  const first = await sent('succeeded')
  expect(levelsOf(first, all)).toEqual({
    '2 lines are no table.': 'warn',
    'One row has a stray quote (line 7).': 'warn',
    '“price” is mostly a number.': 'warn',
  })
  expect(core.datasets.toldDoubts('sales').toSorted()).toEqual(all.slice(0, 3).toSorted())
  expect(core.datasets.toldDoubts('stores')).toEqual([])

  // What failed was not delivered: nobody has taken note of what it said.
  doubts = ['2 lines are no table.', 'One row has a stray quote (line 9).']
  isFull = true
  await sent('failed')
  isFull = false
  const second = await sent('succeeded')
  expect(levelsOf(second, all)).toEqual({
    '2 lines are no table.': 'known',
    'One row has a stray quote (line 9).': 'warn',
    '“price” is mostly a number.': 'known',
  })

  // What is known stays known, and a terminal says how much of it there is.
  const third = await send(core, scripted.home)
  let out = ''
  const write = (text: string): boolean => ((out += text), true)
  await follow(
    core,
    openOutput(false, { out: { write }, err: { write } as unknown as NodeJS.WriteStream }),
    third,
    AbortSignal.timeout(600_000),
  )
  expect(new Set(Object.values(levelsOf(third, all)))).toEqual(new Set(['known']))
  expect(out).not.toContain('Please look')
  expect(out).toContain(`3 things as the last time; “pallet show ${third}” says which.`)
})
