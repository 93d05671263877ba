/** Topics of a fake broker: what is written to them, and what is told of it. */
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resetGroup } from '../../../main/streaming/groupReset.ts'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { startPallet } from '../../fixtures/pallet.ts'
import { accessTo, connect, fill, topic } from '../../fixtures/topicOfSales.ts'
import { topicStories } from '../../fixtures/topicStories.ts'

const folder = testFolder()
let broker: FakeBroker
let topics = 0
beforeEach(async () => {
  broker = await fakeBroker({ pallet: 'secret' })
})
afterEach(() => broker.close())

topicStories(
  () => ({
    address: broker.address,
    user: 'pallet',
    password: 'secret',
    topic: async () => {
      topics += 1
      broker.topic(`sales_${topics}`)
      return `sales_${topics}`
    },
  }),
  folder,
)

it('writes records once when the answer to some of them is lost', async () => {
  const open = await fakeBroker()
  try {
    open.topic(topic)
    open.loseAnswer('produce')
    await fill(open, 500, 7)
    expect(open.ends(topic).reduce((sum, end) => sum + end, 0)).toBe(500)
  } finally {
    await open.close()
  }
})

it('what is simulated without an end is told on the way, and ends when nobody reads it', async () => {
  const open = await fakeBroker()
  try {
    open.topic(topic)
    const home = join(folder(), 'home')
    await connect(home, open)
    const args = ['simulate', '--connection', 'tills', '--topic', topic, '--rate', '50/s']
    const started = startPallet(args, { home })
    const { child } = started
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer]
    expect(JSON.parse(line.toString())).toMatchObject({ event: 'simulating', topic })
    const closed = once(child, 'close')
    child.stdout?.destroy()
    expect(await closed).toEqual([0, null])
    expect(started.stderr()).toBe('')
  } finally {
    await open.close()
  }
})

it('a group that has members is not moved', async () => {
  const open = await fakeBroker()
  try {
    open.topic(topic)
    open.commit('spark', topic, { 0: 0 })
    open.join('spark')
    const asked = { stream: accessTo(open), topic, group: 'spark' }
    const control = {
      signal: new AbortController().signal,
      report: () => {},
      ask: () => Promise.reject(new Error('It asks nothing.')),
    }
    const offsets = [{ partition: 0, next: 0 }]
    await expect(resetGroup({ ...asked, offsets }, control)).rejects.toMatchObject({
      data: { code: 'usage', detail: 'Stable' },
    })
    open.leave('spark')
    await resetGroup({ ...asked, offsets }, control)
  } finally {
    await open.close()
  }
})
