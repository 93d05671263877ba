import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

const columns = 200
const rowCount = 2000
const long = 10_000

test('200 columns and 10,000-character cells stay usable', async ({ app }) => {
  const file = join(app.folder, 'wide.csv')
  const labels = Array.from(
    { length: columns },
    (_, at) => `Measure ${String(at + 1).padStart(3, '0')}`,
  )
  // In every tenth row one cell is as long as a letter.
  const text = (row: number): string => `start ${row} ${'x'.repeat(long)}`.slice(0, long)
  const rows = Array.from({ length: rowCount }, (_, row) =>
    labels.map((_label, at) => (at === 150 && row % 10 === 0 ? text(row) : `${row}.${at}`)),
  )
  await writeFile(file, [labels, ...rows].map((cells) => `${cells.join(',')}\n`).join(''))
  const { page } = app
  await app.dropFiles([file])
  const grid = page.getByRole('grid', { name: 'Preview of wide.csv' })
  const header = (label: string) => grid.getByRole('columnheader').filter({ hasText: label })
  await expect(page.getByTestId('caption')).toContainText('2,000 rows')
  await expect(grid).toHaveAttribute('aria-colcount', String(columns + 1))

  // Only what is seen is drawn, wherever that is; and a row has one height, whatever is in it.
  const drawn = (): Promise<number> => grid.evaluate((frame) => frame.querySelectorAll('*').length)
  const box = async () => {
    const found = await grid.boundingBox()
    if (found === null) throw new Error('There is no grid.')
    return found
  }
  const rowHeights = (): Promise<number[]> =>
    grid.evaluate((frame) => [
      ...new Set(
        [...frame.querySelectorAll('[role=row][aria-rowindex]')]
          .filter((row) => row.getAttribute('aria-rowindex') !== '1')
          .map((row) => Math.round(row.getBoundingClientRect().height)),
      ),
    ])
  const atFirst = await drawn()
  const place = await box()
  const heights = await rowHeights()
  expect(heights).toHaveLength(1)
  const isSteady = async (): Promise<void> => {
    expect(await box()).toEqual(place)
    expect(await rowHeights()).toEqual(heights)
    expect(await drawn()).toBeLessThan(atFirst * 2)
  }

  // Sideways by keys: to the last column, a step back, and to the first.
  await grid.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('End')
  await expect(header('Measure 200')).toBeInViewport()
  await expect(header('Measure 001')).toHaveCount(0)
  await isSteady()
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByText('Line 2 · Measure 199', { exact: true })).toBeVisible()
  await page.keyboard.press('Control+End')
  await expect(grid.getByRole('gridcell', { name: '1999.199', exact: true })).toBeInViewport()
  await isSteady()
  await page.keyboard.press('Control+Home')
  await expect(grid.getByRole('gridcell', { name: '0.0', exact: true })).toBeInViewport()

  // By the mouse: a wheel that goes sideways, with the line numbers standing still.
  const { x, y, width, height } = place
  await page.mouse.move(x + width / 2, y + height / 2)
  await expect
    .poll(async () => {
      await page.mouse.wheel(2500, 0)
      return await header('Measure 151').count()
    })
    .toBe(1)
  await expect(grid.getByRole('columnheader', { name: 'Line', exact: true })).toBeInViewport()
  await isSteady()

  // A column is found by its name.
  const column = page.getByRole('combobox', { name: 'Column to go to' })
  await column.fill('Measure 042')
  await expect(header('Measure 042')).toBeInViewport()
  await column.fill('Measure 151')
  await expect(header('Measure 151')).toBeInViewport()
  await isSteady()

  // The long cell is cut off in its row, and seen below the rows as far as anybody reads.
  const cell = grid.getByRole('gridcell').filter({ hasText: 'start 10 ' })
  await expect(cell).toBeVisible()
  await cell.click()
  await expect(page.getByRole('region', { name: 'The whole value' })).toContainText('start 10')
  await expect(page.getByText('the first 1,000 of 10,000 characters')).toBeVisible()
  await isSteady()
  await expectAccessible(page, 'Send, with 200 columns')

  // What one of them holds, beside the rows.
  await header('Measure 151').getByRole('button', { name: 'Measure 151', exact: true }).click()
  const profile = page.getByRole('complementary', { name: 'Profile of Measure 151' })
  await expect(profile).toContainText('characters')
  expect((await profile.boundingBox())?.width).toBeLessThan(400)
  await isSteady()
  await look(page, 'wide')
  await page.setViewportSize({ width: 640, height: 800 })
  await expect(grid).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(640)
})
