/** Topics of a fake broker: what is written to them, and what is told of it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resetGroup } from '../../../main/streaming/groupReset.ts'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { accessTo, fill, topic } from '../../fixtures/topicOfSales.ts'
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
