import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { accountText, expect, test } from './app.ts'
import { addKafka } from './kafkaConnection.ts'
import { look } from './pictures.ts'
import { fakeBroker } from '../fixtures/fakeBroker.ts'
import { topic } from '../fixtures/topicOfSales.ts'

const ended = (ends: readonly number[]): number => ends.reduce((sum, end) => sum + end, 0)

test('a file is sent to a topic: each clean row is a message, the receipt says at which offsets, and the same file is not sent again', async ({
  app,
}) => {
  const { page } = app
  const broker = await fakeBroker()
  try {
    broker.topic(topic)
    await page.getByRole('link', { name: 'Connections', exact: true }).click()
    await addKafka(page, 'tills', broker.address)

    const file = join(app.folder, 'prices.csv')
    const rows = Array.from({ length: 40 }, (_, nth) => `${nth},Shop ${nth % 4},${nth}.50`)
    writeFileSync(file, ['id,shop,price', ...rows, 'x,Shop 1,1.50', ''].join('\n'))
    const choose = async (): Promise<void> => {
      await page.getByRole('link', { name: 'Send', exact: true }).click()
      await app.dropFiles([file])
      const place = page.getByRole('region', { name: 'Where it goes' })
      await place.getByRole('button', { name: 'Change', exact: true }).click()
      await place.getByLabel('Connection', { exact: true }).selectOption('topic:tills')
      await expect(page.getByText('A field above is marked')).toBeVisible()
      await place.getByLabel('Topic', { exact: true }).selectOption(topic)
      await place.getByLabel('Messages a second').fill('20')
    }
    await choose()
    const place = page.getByRole('region', { name: 'Where it goes' })
    await place.getByRole('combobox', { name: 'Key of a message' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'shop', exact: true }).click()
    await page.keyboard.press('Escape')
    await expect(place).toContainText(`To the topic ${topic} at tills · key shop · 20 a second`)
    await expectAccessible(page, 'Send, to a topic')
    await look(page, 'send-topic', place)
    await page.getByRole('button', { name: 'Send', exact: true }).click()

    await expect(
      page.getByText(accountText({ records: 41, clean: 40, held: 1, dropped: 0 })),
    ).toBeVisible()
    await expect(page.getByTestId('loaded')).toHaveText(
      new RegExp(`^40 messages in topic ${topic} at tills: .* in partition \\d, offsets 0 to \\d+`),
    )
    await expect(page.getByRole('button', { name: 'Undo…' })).toHaveCount(0)
    expect(ended(broker.ends(topic))).toBe(40)
    await expectAccessible(page, 'The receipt of a file that was published')
    await look(page, 'published')

    await choose()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(
      page.getByText('Exactly this file was delivered before', { exact: false }).first(),
    ).toBeVisible()
    expect(ended(broker.ends(topic))).toBe(40)
  } finally {
    await broker.close()
  }
})
