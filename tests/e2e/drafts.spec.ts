import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Draft } from '../../shared/domain/draft.ts'
import { expectAccessible } from './accessible.ts'
import { type App, expect, test } from './app.ts'
import { look } from './pictures.ts'

const rows = (price: string) =>
  Buffer.from(
    ['id,town,price', ...Array.from({ length: 40 }, (_, n) => `${n},Bonn,${price}`), ''].join('\n'),
  )

/** Of how many states of its steps the core has kept the history; 0: nothing is kept. */
function keptStates(home: string): number {
  const db = new Database(join(home, 'pallet.db'), { readonly: true })
  try {
    const [kept] = db.prepare('SELECT draft FROM draft').pluck().all() as string[]
    return kept === undefined ? 0 : ((JSON.parse(kept) as Draft).recipe?.all.length ?? 0)
  } finally {
    db.close()
  }
}

/** What a person sees of the steps. */
const deskOf = ({ page }: App, name: string) => {
  const desk = page.getByRole('region', { name: 'Desk' })
  return {
    desk,
    steps: desk.getByRole('list', { name: `Cleaning steps of ${name}` }).getByRole('listitem'),
    again: page.getByRole('group').filter({ hasText: `Your steps of “${name}”` }),
    tab: desk.getByRole('tab', { name: /^Steps/ }),
    grid: page.getByRole('grid', { name: `Preview of ${name}` }),
  }
}

test('unsent steps are there again after a reload and after a kill, for their file alone, until it is sent', async ({
  app,
}) => {
  const file = join(app.folder, 'sales.csv')
  const other = join(app.folder, 'stock.csv')
  await writeFile(file, rows('1.50'))
  await writeFile(other, rows('2.50'))
  const open = async (path: string, name: string) => {
    await app.dropFiles([path])
    const list = app.page.getByRole('list', { name: 'Files to send' })
    await list.getByRole('button', { name: new RegExp(`^${name}`) }).click()
    const at = deskOf(app, name)
    await expect(at.grid.getByRole('gridcell', { name: 'Bonn' }).first()).toBeVisible()
    return at
  }

  let at = await open(file, 'sales.csv')
  await at.grid.getByRole('gridcell', { name: 'Bonn' }).first().click({ button: 'right' })
  await app.page.getByRole('menuitem', { name: 'Empty “Bonn”' }).click()
  await expect(at.steps).toHaveCount(7)
  await at.desk.getByRole('checkbox', { name: 'Step 1 is on' }).click()
  await expect.poll(() => keptStates(app.home)).toBe(3)

  await test.step('a reload', async () => {
    await app.page.reload()
    at = await open(file, 'sales.csv')
    await expect(at.again).toContainText('are here again.')
    await expectAccessible(app.page, 'steps that are here again')
    await at.tab.click()
    await expect(at.steps).toHaveCount(7)
    await look(app.page, 'again')
  })

  await test.step('a kill of the core, and undoing what was done before it', async () => {
    await app.restart('SIGKILL')
    at = await open(file, 'sales.csv')
    await expect(at.again).toBeVisible()
    await at.tab.click()
    await expect(at.steps).toHaveCount(7)
    await at.desk.getByRole('button', { name: 'Undo' }).click()
    await at.desk.getByRole('button', { name: 'Undo' }).click()
    await expect(at.steps).toHaveCount(6)
    await at.desk.getByRole('button', { name: 'Redo' }).click()
    await expect(at.steps).toHaveCount(7)
  })

  await test.step('another file has none', async () => {
    await expect.poll(() => keptStates(app.home)).toBe(3)
    at = await open(other, 'stock.csv')
    await at.tab.click()
    await expect(at.steps).toHaveCount(6)
    await expect(at.again).toHaveCount(0)
  })

  await test.step('started over, and had back', async () => {
    const list = app.page.getByRole('list', { name: 'Files to send' })
    await list.getByRole('button', { name: /^sales.csv/ }).click()
    at = deskOf(app, 'sales.csv')
    await app.page.getByRole('button', { name: 'Start over' }).click()
    await expect(at.again).toContainText('are put aside.')
    await at.tab.click()
    await expect(at.steps).toHaveCount(6)
    await expect.poll(() => keptStates(app.home)).toBe(0)
    await app.page.getByRole('button', { name: 'Take them back' }).click()
    await expect(at.steps).toHaveCount(7)
    await expect.poll(() => keptStates(app.home)).toBe(3)
  })

  await test.step('once it is sent, it is over', async () => {
    await app.page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(app.page.getByText('Delivered').first()).toBeVisible()
    expect(keptStates(app.home)).toBe(0)
    await app.page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.page.getByRole('button', { name: 'Remove stock.csv' }).click()
    at = await open(file, 'sales.csv')
    await at.tab.click()
    await expect(at.again).toHaveCount(0)
  })
})
