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

  const produce = ['produce', topic, '--connection', 'tills', '--key', 'store-1']
  const sale =
    '{"id":1,"product":"Bread","quantity":2,"price":2.79,"sales_time":"2026-11-23T10:00:00.000Z"}'
  const checked = [...produce, '--dataset', topic]
  const two = sale.replace('"quantity":2', '"quantity":"two"')
  const refused = await pallet(checked, { home, input: two })
  expect(refused.stderr).toContain('“two”')
  expect(refused.code).not.toBe(0)
  expect(broker.ends(topic)).toEqual(before)
  const written = await pallet([...checked, '--header', 'till=7'], { home, input: `${sale}\n` })
  const [place] = written.events
  const { partition, offset } = { ...place } as Record<string, unknown>
  expect(offset, written.stderr).toBe(before[Number(partition)])
  const tail = ['tail', topic, '--connection', 'tills', '--from', 'begin', '--containing', sale]
  const [record] = (await pallet([...tail, '--count', '1'], { home })).events
  expect(record).toMatchObject({
    partition,
    offset,
    key: 'store-1',
    value: sale,
    headers: { till: '7' },
  })
  const audit = (await pallet(['audit'], { home })).events
  expect(audit).toContainEqual(
    expect.objectContaining({ act: 'streams.produce', subject: `tills/${topic}` }),
  )
}, 300_000)
