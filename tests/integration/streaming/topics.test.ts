/** Topics of a fake broker: what is written to them, and what is told of it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { fill, topic } from '../../fixtures/topicOfSales.ts'
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
