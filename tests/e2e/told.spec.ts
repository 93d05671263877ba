/** Whoever waits for the data is told by the window: a DAG is chosen, started once, watched, and its failure said. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { airflowServer } from '../fixtures/airflowServer.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

test('Airflow is connected, a DAG is chosen from its own, and the run follows it to its end', async ({
  app,
}) => {
  const airflow = await airflowServer({
    retail_load: { states: ['queued', 'running', 'success'] },
    nightly_report: { states: ['queued', 'failed'], says: 'no rows in it' },
    sleeping: { isPaused: true, states: ['queued', 'success'] },
  })
  try {
    const { page } = app
    const put = (name: string, rows: string): string => {
      const file = join(app.folder, name)
      writeFileSync(file, `id,product,quantity\n${rows}`)
      return file
    }
    await test.step('the connection', async () => {
      await page.getByRole('link', { name: 'Connections' }).click()
      await page.getByRole('button', { name: 'Add connection' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('System').selectOption('Apache Airflow')
      await dialog.getByLabel('Name').fill('flow')
      await dialog.getByLabel('Airflow address').fill(airflow.url)
      await dialog.getByLabel('User').fill(airflow.user)
      await dialog.getByLabel('Password').fill('guessed')
      await expect(dialog.getByLabel('Container')).toHaveCount(0)
      await dialog.getByRole('button', { name: 'Test' }).click()
      await expect(dialog).toContainText('did not accept the user and password')
      await dialog.getByLabel('Password').fill(airflow.password)
      await dialog.getByRole('button', { name: 'Test' }).click()
      await expect(dialog).toContainText('Airflow 3.3.2 answers, and has 3 DAGs.')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await expect(dialog).toHaveCount(0)
    })
    const job = page.getByRole('combobox', { name: 'DAG of flow' })
    await test.step('the DAG', async () => {
      await page.getByRole('link', { name: 'Send', exact: true }).click()
      await app.dropFiles([put('sales.csv', '1,Apple,2\n2,Pear,3\n')])
      await expect(page.getByRole('grid', { name: 'Preview of sales.csv' })).toBeVisible()
      await page.getByRole('button', { name: 'Change', exact: true }).click()
      await page.getByRole('button', { name: 'Tell flow', exact: true }).click()
      await expect(page.getByText('Say which DAG of flow is to be started.')).toBeVisible()
      await expect(page.getByRole('button', { name: 'Send', exact: true })).toHaveAttribute(
        'aria-disabled',
        'true',
      )
      await job.click()
      const dags = page.getByRole('listbox').getByRole('option')
      await expect(dags).toHaveText(['retail_load', 'nightly_report', 'sleeping'])
      await job.pressSequentially('ret')
      await expect(dags).toHaveText(['retail_load'])
      await dags.click()
      await page.getByLabel('When flow is told').selectOption('Only if rows changed')
      const parameters = page.getByLabel('Parameters for flow')
      await parameters.fill('day={day}')
      await expect(page.getByText('“{day}” in “{day}” means nothing')).toBeVisible()
      await parameters.fill('day={date}\ncount={rows}')
      await expect(page.getByText('means nothing')).toHaveCount(0)
      await expectAccessible(page, 'Send, with a DAG')
      await expect(page.getByText('then tells flow (retail_load) if rows changed')).toBeVisible()
      await page.getByRole('button', { name: 'Send', exact: true }).click()
    })
    await test.step('its end', async () => {
      await expect(
        page.getByText(/^Told: flow: retail_load\/pallet__\S+ has finished\.$/),
      ).toBeVisible()
      expect(Object.values(airflow.started())).toEqual([
        expect.objectContaining({
          dataset: 'sales',
          rows: 2,
          table: 'sales',
          count: 2,
          day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        }),
      ])
    })
    await test.step('its failure', async () => {
      await page.getByRole('link', { name: 'Send', exact: true }).click()
      await app.dropFiles([put('sales.csv', '3,Plum,2\n4,Fig,3\n')])
      await page.getByRole('button', { name: 'Change', exact: true }).click()
      // The dataset remembers what was told of it.
      await expect(job).toHaveValue('retail_load')
      await job.fill('nightly_report')
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await expect(
        page.getByText('“load” failed after 1 try, saying “no rows in it”.').first(),
      ).toBeVisible()
    })
    await test.step('what failed there runs again, watched part by part', async () => {
      const there = page.getByRole('region', { name: 'At flow' })
      await expect(there.getByRole('row', { name: 'load Failed 1' })).toBeVisible()
      await expect(there.getByText('The end of the log of “load”', { exact: true })).toBeVisible()
      await expect(there.locator('pre')).toHaveText('Task failed with exception no rows in it')
      await expectAccessible(page, 'A run whose DAG has failed')
      await there.getByRole('button', { name: 'Run what failed there again' }).click()
      await expect(page.getByText('Delivered', { exact: true })).toBeVisible()
      await expect(there).toHaveCount(0)
    })
    await test.step('a paused DAG is switched on', async () => {
      await page.getByRole('link', { name: 'Send', exact: true }).click()
      await app.dropFiles([put('sales.csv', '7,Lime,2\n')])
      await page.getByRole('button', { name: 'Change', exact: true }).click()
      await job.fill('sleeping')
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.getByRole('button', { name: 'Switch it on there' }).click()
      await expect(page.getByText('Delivered', { exact: true })).toBeVisible()
    })
    await test.step('its failure as a notice', async () => {
      await page.getByRole('link', { name: 'Send', exact: true }).click()
      await app.dropFiles([put('sales.csv', '5,Date,2\n6,Kiwi,3\n')])
      await page.getByRole('button', { name: 'Change', exact: true }).click()
      await expect(page.getByLabel('When flow is told')).toHaveValue('changed')
      await expect(page.getByLabel('Parameters for flow')).toHaveValue('day={date}\ncount={rows}')
      await job.fill('nightly_report')
      await page.getByLabel('If it fails at flow').selectOption('The run succeeds, with a notice')
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await expect(
        page.getByText(
          'Please look: flow was to be told, and that failed: “load” failed after 1 try',
        ),
      ).toBeVisible()
      await expect(page.getByText('Delivered', { exact: true })).toBeVisible()
      await expectAccessible(page, 'A run with a notice of who was told')
    })
    await test.step('tried and changed on the page of its dataset, without a run', async () => {
      const started = Object.keys(airflow.started()).length
      await page.getByRole('link', { name: 'Datasets', exact: true }).click()
      await page.getByRole('link', { name: 'sales', exact: true }).click()
      await page.getByText('Told when the data has landed: flow (nightly_report)').click()
      const tried = page.getByRole('group', { name: 'Telling flow', exact: true })
      const button = tried.getByRole('button', { name: 'Test telling flow' })
      await button.click()
      await expect(tried).toContainText('has the DAG “nightly_report”, and it is switched on.')
      await job.fill('nobody')
      await button.click()
      await expect(tried).toContainText('has no DAG “nobody”. Check its id')
      await expectAccessible(page, 'A dataset, with who is told')
      await job.fill('retail_load')
      await page.getByLabel('Why (kept with it)').fill('the report is gone')
      await page.getByRole('button', { name: 'Save', exact: true }).click()
      await expect(
        page.getByText('Told when the data has landed: flow (retail_load)', { exact: true }),
      ).toBeVisible()
      await page.getByText('Changes to steps and columns', { exact: true }).click()
      await expect(page.getByRole('table', { name: 'Changes to sales' })).toContainText(
        'flow (retail_load) if rows changed, whose failure is a notice. “the report is gone”',
      )
      expect(Object.keys(airflow.started())).toHaveLength(started)
    })
  } finally {
    await airflow.close()
  }
})
