/** Two people at one served Pallet, behind a proxy with TLS, as docs/serve-for-several.md sets it up. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createServer } from 'node:tls'
import type { Page } from '@playwright/test'
import { entry } from '../fixtures/pallet.ts'
import { oidcIssuer } from '../fixtures/oidcIssuer.ts'
import { selfSigned } from '../fixtures/selfSigned.ts'
import { expect, test } from './app.ts'
import { viewport } from './hosts.ts'
import { look } from './pictures.ts'

// The desktop app has one person.
test('an operator sends a file and is not led to what is not theirs; an admin finds it in the audit under their name; signed out is out @web', async ({
  chromiumFor,
}) => {
  if (chromiumFor === null) throw new Error('This test needs a browser.')
  const folder = await mkdtemp(join(tmpdir(), 'pallet-e2e-'))
  const issuer = await oidcIssuer({ ada: { roles: ['IT'] }, ben: { roles: ['Shop'] }, eve: {} })
  const pem = readFileSync(await selfSigned(folder))
  let port = 0
  const proxy = createServer({ key: pem, cert: pem }, (outside) => {
    const inside = connect(port, '127.0.0.1')
    outside.pipe(inside).pipe(outside)
    // Either end may go first.
    outside.on('error', () => inside.destroy())
    inside.on('error', () => outside.destroy())
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const publicUrl = `https://localhost:${(proxy.address() as AddressInfo).port}`
  const settings = { 'public-url': publicUrl, 'oidc-issuer': issuer.url, 'oidc-client': 'pallet' }
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const server = spawn(
    process.execPath,
    [entry, '--home', join(folder, 'home'), '--json', 'serve', ...options].concat(
      ['admin=IT', 'operator=Shop'].flatMap((role) => ['--oidc-role', role]),
    ),
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        ...process.env,
        PALLET_SECRET_OIDC__CLIENT: issuer.client.secret,
        DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
      },
    },
  )
  const exited = once(server, 'exit')
  const signIn = async (name: string): Promise<Page> => {
    const context = await chromiumFor.newContext({
      viewport,
      locale: 'en-GB',
      ignoreHTTPSErrors: true,
    })
    const page = await context.newPage()
    await page.goto(publicUrl)
    await page.getByRole('link', { name }).click()
    return page
  }
  try {
    port = await new Promise<number>((resolve, reject) => {
      createInterface({ input: server.stdout }).on('line', (line) => {
        const event = JSON.parse(line) as { event: string; port?: number }
        if (event.event === 'ready' && event.port !== undefined) resolve(event.port)
      })
      void exited.then(([code]) => reject(new Error(`Pallet ended with ${code}`)))
    })

    const eve = await signIn('eve')
    await expect(eve.getByText('You have no role in Pallet')).toBeVisible()
    await look(eve, 'several-no-role')

    const ben = await signIn('ben')
    const strip = ben.getByRole('contentinfo')
    await expect(strip).toContainText('ben, operator')
    const pages = ben.getByRole('navigation', { name: 'Pages' })
    await expect(pages.getByRole('link')).toHaveText([
      'Today',
      'Send',
      'Runs',
      'Datasets',
      'Streams',
      'Insights',
    ])
    await pages.getByRole('link', { name: 'Send' }).click()
    const file = join(folder, 'sales.csv')
    writeFileSync(file, 'id,amount\n1,2.50\n2,3.75\n')
    await ben.locator('input[type=file]').first().setInputFiles(file)
    await expect(ben.getByLabel('or paste a path or https URL')).toHaveCount(0)
    await look(ben, 'several-operator')
    await ben.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(ben.getByTestId('loaded')).toHaveText('2 rows in table sales')

    const ada = await signIn('ada')
    await expect(ada.getByRole('contentinfo')).toContainText('ada, admin')
    await ada
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Settings' })
      .click()
    await ada.getByText('Who did what').click()
    await expect(ada.getByRole('region', { name: 'What was done' })).toContainText('ben')
    await look(ada, 'several-admin')

    // The other one stays.
    await strip.getByRole('button', { name: 'Sign out' }).click()
    await expect(ben.getByRole('link', { name: 'Sign in' })).toBeVisible()
    await look(ben, 'several-signed-out')
    await ada.reload()
    await expect(ada.getByRole('contentinfo')).toContainText('ada, admin')
  } finally {
    server.kill('SIGTERM')
    await exited
    proxy.close()
    await issuer.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
