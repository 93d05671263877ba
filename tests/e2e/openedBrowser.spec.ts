import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { entry } from '../fixtures/pallet.ts'
import { expect, test } from './app.ts'

/** Stands in for the desktop's way to open something: notes what every process is called meanwhile, then what. */
const opener = `#!/bin/sh
[ "$1" = --help ] && exit 0
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' > "$OPENED.ps"
printf '%s' "$1" > "$OPENED.part" && mv "$OPENED.part" "$OPENED"
`

// Needs \`script\`, which is a terminal: elsewhere no browser is opened.
test('the browser that serve opens comes in; no command line shows the token, and no other port is given what opens Pallet @web', async ({
  chromiumFor,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'pallet-e2e-'))
  writeFileSync(join(folder, 'enlightenment_open'), opener, { mode: 0o755 })
  const opened = join(folder, 'opened')
  const command = `'${process.execPath}' '${entry}' --home '${join(folder, 'home')}' serve`
  const server = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...process.env,
      PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
      XDG_CURRENT_DESKTOP: 'ENLIGHTENMENT',
      DISPLAY: ':nowhere',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
      OPENED: opened,
    },
  })
  const exited = once(server, 'exit')
  let printed = ''
  server.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  try {
    await expect.poll(() => existsSync(opened)).toBe(true)
    // Printed and opened at once: either may be seen first.
    const tokenOf = () => /\?token=([\w-]{43})/.exec(printed)?.[1] ?? ''
    await expect.poll(tokenOf).not.toBe('')
    const token = tokenOf()
    expect(readFileSync(`${opened}.ps`, 'utf8')).not.toContain(token)
    const address = readFileSync(opened, 'utf8')
    const file = fileURLToPath(address)
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const context = await chromiumFor?.newContext()
    const page = await context?.newPage()
    if (context === undefined || page === undefined) throw new Error('This test needs a browser.')
    await page.goto(address)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect.poll(() => new URL(page.url()).search).toBe('')
    await expect(page.getByRole('contentinfo')).toContainText('Data in')
    // What was led here keeps its way in.
    await page.reload()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page.getByText('Pallet is running')).toBeHidden()
    await expect(page.getByRole('contentinfo')).toContainText('Data in')
    const second = await context.newPage()
    await second.goto(page.url())
    await expect(second.getByRole('contentinfo')).toContainText('Data in')

    // Another server of this computer, in the same browser, with Pallet asked to help it.
    const shown: IncomingHttpHeaders[] = []
    const other = createServer((request, response) => {
      shown.push(request.headers)
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Other</title>')
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await second.goto(`http://127.0.0.1:${port}/`)
    const reached = await second.evaluate(async (pallet) => {
      const answer = await fetch(new URL('/session', pallet), {
        method: 'POST',
        credentials: 'include',
      }).catch(() => null)
      return { answered: answer !== null, kept: JSON.stringify([localStorage, document.cookie]) }
    }, page.url())
    expect(reached).toEqual({ answered: false, kept: '[{},""]' })
    expect(shown.length).toBeGreaterThan(0)
    for (const headers of shown) expect(headers.cookie).toBeUndefined()
    expect(await context.cookies()).toEqual([])
    other.close()
    await expect.poll(() => existsSync(file)).toBe(false)
    await context.close()
  } finally {
    server.stdin.write('\u0003')
    await exited
    await rm(folder, { recursive: true, force: true })
  }
})
