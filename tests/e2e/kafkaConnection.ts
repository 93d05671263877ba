import { expect, type Page } from '@playwright/test'

/** On the page of connections: one to a broker without encryption, as a person adds it. */
export async function addKafka(page: Page, name: string, address: string): Promise<void> {
  await page.getByRole('button', { name: 'Add connection' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('System').selectOption('kafka')
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  await dialog.getByLabel('Brokers').fill(address)
  await dialog.getByLabel('Encryption').selectOption('none')
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(dialog).toHaveCount(0)
}
