/** Topics by the command line, at a fake broker. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { entry, pallet } from '../../fixtures/pallet.ts'
import { connect, fill, topic } from '../../fixtures/topicOfSales.ts'

const folder = testFolder()
let broker: FakeBroker
beforeEach(async () => {
  broker = await fakeBroker()
  broker.topic(topic)
})
afterEach(() => broker.close())

it('a tail ends when nobody reads it any more', async () => {
  const home = folder()
  await connect(home, broker)
  await fill(broker, 200, 1)
  const args = ['--home', home, 'tail', topic, '--connection', 'tills', '--from', 'begin']
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdout.once('data', () => child.stdout.destroy())
  const ended = once(child, 'close')
  // Until there is a record that it cannot write.
  for (let seed = 2; child.exitCode === null && seed < 200; seed += 1) await fill(broker, 20, seed)
  expect([(await ended)[0], stderr]).toEqual([0, ''])
}, 120_000)

it('a stream that nobody lands is said to wait, and a dry run of its dead letters sends nothing', async () => {
  const home = folder()
  await connect(home, broker)
  await fill(broker, 100, 1)
  await fill(broker, 40, 2, 0.5)
  const land = ['land', topic, '--connection', 'tills', '--no-blob', '--until-empty']
  const landed = await pallet(land, { home })
  expect(landed.code, landed.stderr).toBe(0)
  await pallet(['stream', 'start', topic, '--connection', 'tills', '--no-blob'], { home })
  const [stream] = (await pallet(['stream', 'list'], { home })).events
  expect(stream).toMatchObject({ topic, state: 'waiting', isStopped: false })
  const before = broker.ends(topic)
  const { events, code } = await pallet(['redrive', String(stream?.['id'])], { home })
  expect([code, events[0]]).toMatchObject([0, { event: 'redrive', topic, sent: 0, fit: 0 }])
  expect(Number(events[0]?.['open'])).toBeGreaterThan(0)
  expect(broker.ends(topic)).toEqual(before)
}, 300_000)
