/** `npm run dev`, on a copy of the sources that may be edited. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from './app.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('the sources run behind the gate: the window reloads hot, the core starts again, the address stays @web', async ({
  chromiumFor,
}) => {
  if (chromiumFor === null) throw new Error('there is no browser')
  const folder = await mkdtemp(join(tmpdir(), 'pallet-dev-test-'))
  for (const name of ['build', 'main', 'renderer', 'shared', 'package.json', 'tsconfig.base.json'])
    await cp(join(root, name), join(folder, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const edit = async (file: string, from: string, to: string): Promise<void> => {
    const text = await readFile(join(folder, file), 'utf8')
    expect(text).toContain(from)
    await writeFile(join(folder, file), text.replace(from, to))
  }

  const dev = spawn(process.execPath, [join(folder, 'build/dev.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PALLET_HOME: join(folder, 'home') },
  })
  const ended = once(dev, 'exit')
  const browser = await chromiumFor.newContext()
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: dev.stdout }).on('line', (line) => {
        const address = /^Pallet is ready at (\S+)$/.exec(line)?.[1]
        if (address !== undefined) resolve(address)
      })
      void ended.then(([code]) => reject(new Error(`npm run dev ended with ${code}`)))
    })
    const page = await browser.newPage()
    const violations: string[] = []
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) violations.push(message.text())
    })
    // The watcher may see the copying of the sources itself, and start the core once more.
    await expect(() => page.goto(url)).toPass()
    await expect(page.getByRole('heading', { name: 'Send', exact: true })).toBeVisible()

    await page.evaluate(() => document.body.setAttribute('data-seen', 'yes'))
    await edit('renderer/features/send/SendPage.tsx', 'title="Send"', 'title="Send it"')
    await expect(page.getByRole('heading', { name: 'Send it', exact: true })).toBeVisible()
    // Hot: it is still the same page.
    await expect(page.locator('body')).toHaveAttribute('data-seen', 'yes')

    // The policy is the one of the built window; what Vite tries once its server is gone is past it.
    expect(violations).toEqual([])
    await edit('main/hosts/version.ts', 'manifest.version', '`${manifest.version}-edited`')
    await expect(page.getByRole('contentinfo')).toContainText('-edited')

    // Whoever does not have the key sees the sources and nothing behind them.
    const stranger = await chromiumFor.newContext()
    const visit = await stranger.newPage()
    await visit.goto(new URL('/', url).href)
    await expect(visit.getByText('Open Pallet from the address it printed')).toBeVisible()
    await stranger.close()
  } finally {
    await browser.close()
    dev.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
