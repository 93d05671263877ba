import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'

const run = promisify(execFile)
const folder = testFolder()

interface Outcome {
  seen: Record<string, unknown>
  done: string[]
}

async function drive(home: string, file: string, mode: 'first' | 'second' | 'broken') {
  const { stdout } = await run(
    process.execPath,
    [join(import.meta.dirname, 'driveHost.mjs'), file, mode],
    { env: { ...process.env, PALLET_HOME: home, UV_THREADPOOL_SIZE: undefined }, timeout: 600_000 },
  )
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Outcome
}

it('the desktop host: one sealed window on the whole core, open to commands, closed in order, and begun again when asked meanwhile', async () => {
  const home = folder()
  const file = join(home, 'sales.csv')
  writeFileSync(file, 'id,amount\n1,2.50\n2,3.50\n')
  const { seen, done } = await drive(home, file, 'first')
  expect(seen).toMatchObject({
    sealed: true,
    page: [200, true],
    info: { host: 'electron', home },
    chosen: ['sales.csv', 24],
    preview: 2,
    opened: ['opened', 'sales.csv'],
    command: 'sandbox',
    threads: '8',
    windows: 0,
  })
  expect(seen['policy']).toContain(`default-src 'none'`)
  expect(done).toEqual([
    'scheme',
    `path userData ${join(home, 'window')}`,
    'ready',
    'permissions',
    'about Pallet',
    'menu',
    'no popups',
    'load app://pallet/',
    'show',
    'show',
    'focus',
    'quit',
    `relaunch --a-switch /opt/pallet ${file}`,
    'exit 0',
  ])
})

it('a second start leaves everything to the first', async () => {
  const { done } = await drive(folder(), '', 'second')
  expect(done.slice(2)).toEqual(['quit', 'exit 0'])
})

it.each([
  ['is a file', (home: string) => writeFileSync(home, '')],
  [
    'has a broken database',
    (home: string) => mkdirSync(join(home, 'pallet.db'), { recursive: true }),
  ],
])('a home that %s is said in a sentence', async (_, spoil) => {
  const home = join(folder(), 'home')
  spoil(home)
  const { done } = await drive(home, '', 'broken')
  expect(done.at(-2)).toMatch(/^error Pallet cannot start: Pallet cannot .*\/home/)
  expect(done.at(-1)).toBe('exit 1')
})
