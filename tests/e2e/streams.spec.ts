import { readFileSync } from 'node:fs'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { addKafka } from './kafkaConnection.ts'
import { look } from './pictures.ts'
import { fakeBroker } from '../fixtures/fakeBroker.ts'
import { fill, topic } from '../fixtures/topicOfSales.ts'

test('a topic is looked at, landed by itself batch after batch, and its records are read', async ({
  app,
}) => {
  const { page } = app
  const broker = await fakeBroker()
  try {
    broker.topic(topic)
    broker.topic('prices', 1)
    await fill(broker, 300, 1, 0.02)
    broker.commit('spark', topic, { 0: 10, 1: 0, 2: 0 })
    await page.getByRole('link', { name: 'Streams', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'No connection to Kafka yet' })).toBeVisible()
    await expectAccessible(page, 'Streams, empty')

    await page.getByRole('link', { name: 'Add a connection', exact: true }).click()
    await addKafka(page, 'tills', broker.address)

    await page.getByRole('link', { name: 'Streams', exact: true }).click()
    const topics = page.getByRole('table', { name: 'Topics of tills' })
    await expect(
      topics.getByRole('row', { name: /^sales_data 3 300 nothing landed/ }),
    ).toBeVisible()
    await expectAccessible(page, 'Streams')
    await look(page, 'streams')
    await topics.getByRole('link', { name: topic, exact: true }).click()

    await expect(page.getByRole('heading', { name: topic, exact: true })).toBeVisible()
    const groups = page.getByRole('region', { name: 'Who else reads it' })
    await expect(groups.getByRole('row', { name: /^spark Empty 290 / })).toBeVisible()
    const landing = page.getByRole('region', { name: 'Landing', exact: true })
    await landing.getByRole('button', { name: 'Land this topic…' }).click()
    const form = landing.getByRole('form', { name: `Land ${topic}` })
    await form.getByLabel('Looked at every … seconds').fill('1')
    await expectAccessible(page, 'A topic to be landed')
    await look(page, 'stream-form', landing)
    await form.getByRole('button', { name: 'Land this topic' }).click()
    const batches = landing.getByRole('table', { name: 'The last batches' })
    await expect(batches.getByRole('row', { name: /Delivered|held back/ })).toHaveCount(1, {
      timeout: 180_000,
    })
    await fill(broker, 50, 2)
    await expect(batches.getByRole('row', { name: /Delivered/ })).toHaveCount(2, {
      timeout: 180_000,
    })
    await expect(landing).toContainText('0 records wait', { timeout: 60_000 })

    const rows = page.getByRole('region', { name: 'Landed rows', exact: true })
    const loaded = await batches.getByRole('row').locator('td:nth-of-type(3)').allTextContents()
    const all = loaded.reduce((sum, count) => sum + Number(count), 0)
    const tiles = rows.getByLabel('In all', { exact: true }).getByRole('link')
    await expect(tiles.first()).toHaveText(String(all), { timeout: 60_000 })
    await expect(tiles.nth(1)).toHaveText(String(350 - all))
    await expect(tiles.nth(2)).toHaveText('0')
    const byKey = rows.getByRole('region', { name: 'By key', exact: true })
    await expect(byKey.getByRole('figure', { name: /^By key/ })).toBeVisible()
    await byKey.locator('summary').click()
    await expect(byKey.getByRole('table').getByRole('row').nth(1)).toBeVisible()
    await expectAccessible(page, 'The landed rows of a topic')
    await look(page, 'stream-rows', rows)
    await page.setViewportSize({ width: 640, height: 800 })
    await expectAccessible(page, 'The landed rows of a topic, 640 pixels wide')
    await page.setViewportSize({ width: 1280, height: 800 })
    await fill(broker, 20, 5)
    await expect(tiles.first()).toHaveText(String(all + 20), { timeout: 180_000 })

    await groups.getByRole('button', { name: 'Elsewhere: spark', exact: true }).click()
    const move = groups.getByRole('region', { name: 'Where spark goes on', exact: true })
    await move.getByLabel('spark goes on at').selectOption('offset')
    await move.getByLabel('Partition').selectOption('0')
    await move.getByLabel('Offset').fill('4')
    await move.getByRole('button', { name: 'What would that mean?' }).click()
    await expect(move).toContainText('spark then reads 6 records again.')
    await expect(
      move
        .getByRole('table', { name: 'What it would mean' })
        .getByRole('row', { name: '0 10 4 6 0', exact: true }),
    ).toBeVisible()
    await expectAccessible(page, 'A group that is moved')
    await look(page, 'stream-group', groups)
    await move.getByRole('button', { name: 'Go on there' }).click()
    await expect(move).toHaveCount(0)
    await expect.poll(() => broker.said('spark', topic)).toMatchObject({ 0: 4, 1: 0, 2: 0 })

    const held = page.getByRole('region', { name: 'Held back', exact: true })
    await held.getByRole('button', { name: 'What would be taken now?' }).first().click()
    const again = held.getByRole('region', { name: 'Sending again' })
    await expect(again).toContainText('would be taken now.')
    await expect(again).toContainText('would be held back again')
    await expectAccessible(page, 'What was held back of a topic')
    await look(page, 'stream-held', held)

    const records = page.getByRole('region', { name: 'Records', exact: true })
    await records.getByRole('button', { name: 'Show' }).click()
    const shown = records.getByRole('region', { name: 'Records of the topic' })
    await expect(shown.getByRole('group')).toHaveCount(60)
    await fill(broker, 5, 3)
    await expect(shown.getByRole('group')).toHaveCount(65)
    await records.getByLabel('From', { exact: true }).selectOption('offset')
    await records.getByLabel('Offset').fill('3')
    await records.getByRole('button', { name: 'Show' }).click()
    await expect(shown.getByText('0:3', { exact: true })).toBeVisible()
    await shown.getByText('0:3', { exact: true }).click()
    await expect(shown.getByText('partition 0, offset 3', { exact: true })).toBeVisible()
    await expectAccessible(page, 'A topic with records')
    await look(page, 'topic', records)
    const saved = page.waitForEvent('download')
    await records.getByRole('button', { name: 'NDJSON', exact: true }).click()
    const lines = readFileSync(await (await saved).path(), 'utf8')
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(await shown.getByRole('group').count())
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ partition: 0, offset: 3 })

    const write = page.getByRole('region', { name: 'Write a record', exact: true })
    const ask = page.getByRole('alertdialog')
    const writeIt = async (value: string): Promise<void> => {
      await write.getByLabel('Value', { exact: true }).fill(value)
      await write.getByRole('button', { name: 'Write…', exact: true }).click()
      await ask.getByRole('button', { name: 'Write it', exact: true }).click()
    }
    await write.getByLabel('Key', { exact: true }).fill('store-001')
    const sale = { id: 7, product: 'Bread', quantity: 1, price: 2.79 }
    const soldAt = '2026-11-23T10:00:00Z'
    await writeIt(JSON.stringify({ ...sale, quantity: 'two', sales_time: soldAt }))
    await expect(write).toContainText('A batch of sales_data would hold this record back.')
    await expectAccessible(page, 'A record that is not written')
    await look(page, 'stream-write', write)
    const before = broker.ends(topic).reduce((sum, end) => sum + end, 0)
    await writeIt(JSON.stringify({ ...sale, sales_time: soldAt }))
    await expect(write).toContainText('Written to partition')
    expect(broker.ends(topic).reduce((sum, end) => sum + end, 0)).toBe(before + 1)

    await landing.getByRole('button', { name: 'Stop', exact: true }).click()
    await expect(landing).toContainText('stopped')
    await page.getByRole('link', { name: 'Today', exact: true }).click()
    await expect(page.getByRole('region', { name: 'Topics that are landed' })).toContainText(
      'Stopped',
    )
    await expectAccessible(page, 'Today, with a topic')
  } finally {
    await broker.close()
  }
})
