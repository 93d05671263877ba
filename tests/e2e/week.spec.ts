import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('a week of three shops ends with nothing lost; Today and what people were told say what happened', async ({
  app,
}) => {
  test.setTimeout(900_000)
  const said: string[] = []
  await app.restart('SIGTERM', async () => {
    const demo = spawn(
      process.execPath,
      ['build/demo-week.mjs', '--folder', dirname(app.home), '--rows', '40', '--json'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    createInterface({ input: demo.stdout }).on('line', (line) => said.push(line))
    await once(demo, 'close')
  })
  const told = z.object({ isWhole: z.boolean(), alerts: z.array(z.string()), endedAt: z.string() })
  const { isWhole, alerts, endedAt } = told.parse(JSON.parse(said.at(-1) ?? 'null'))
  expect(isWhole, said.join('\n')).toBe(true)
  expect(alerts.map((text) => text.replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY').split('. ')[0])).toEqual([
    'A file of sales is late',
    'Köln-DAY.csv of sales was stopped',
    'Ulm-DAY.csv of sales waits for you',
    'Bonn-DAY-corrected.csv of sales waits for you',
    'A file of sales is late',
    'Ulm-DAY.csv of sales was delivered, and is not as usual',
  ])

  const { page } = app
  // Also where the day ends meanwhile.
  await page.clock.setFixedTime(endedAt)
  await page.getByRole('link', { name: 'Today', exact: true }).click()
  const waits = page.getByRole('region', { name: 'Waits for you' })
  await expect(waits.getByRole('listitem')).toHaveCount(1)
  await expect(waits).toContainText(/No file of sales has come into \S+Köln for /)
  const unusual = page.getByRole('region', { name: 'Delivered, and not as usual' })
  await expect(unusual.getByRole('listitem')).toHaveCount(1)
  await expect(unusual).toContainText(
    /^.*Ulm-.*: \d+ clean rows; the last 10 files had \d+ to \d+\./,
  )
  const sales = page
    .getByRole('region', { name: 'Datasets' })
    .getByRole('row', { name: /^sales 2 178 / })
  await expect(sales).toContainText('Delivered')
  await expectAccessible(page, 'Today at the end of the week')
  await look(page, 'week')
})
