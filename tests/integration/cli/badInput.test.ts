/** Everything a person can get wrong: one clear sentence, the right exit code, nothing half done. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { azuriteSandbox, type AzuriteSandbox } from '../../../main/sandbox/azurite.ts'
import { blobAccounts } from '../../../main/upload/account/accounts.ts'
import type { ProblemCode } from '../../../shared/domain/problem.ts'
import { writeSalesExport } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Finished, entry, pallet, startPallet } from '../../fixtures/pallet.ts'
import { sasUrl, type SasOptions } from '../../fixtures/sas.ts'

const folder = testFolder()

/** A disk that is full is a small one, and only root may mount one. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0
if (!mayMount)
  console.warn('The full-disk test is skipped: it needs Linux and root, to mount a small disk.')
const good = 'id,product,quantity\n1,Tea,2\n2,Milk,3\n'

/** One sentence on stderr, the code for machines on stdout, no stack, and no secret. */
function expectProblem(finished: Finished, code: ProblemCode, exit: number): void {
  const problem =
    finished.receipt?.problem ??
    (finished.events.at(-1)?.['problem'] as { code: string; what: string } | undefined)
  expect(problem?.code).toBe(code)
  expect(problem?.what).toMatch(/^\S.{10,300}\.$/)
  expect(finished.stdout + finished.stderr).not.toMatch(/\n\s+at .*\(.*:\d+:\d+\)/)
  expect(finished.code).toBe(exit)
}

describe('a file', () => {
  const cases: [string, ProblemCode, number, (path: string) => void][] = [
    ['that is missing', 'source-missing', 1, () => {}],
    ['that is empty', 'source-empty', 1, (path) => writeFileSync(path, '')],
    ['that is a folder', 'source-folder', 1, (path) => mkdirSync(path)],
    [
      'that is an archive without its end',
      'source-truncated',
      1,
      (path) => writeFileSync(path, Buffer.from('504b0304140006000800000021', 'hex')),
    ],
    [
      'that is a picture',
      'source-binary',
      1,
      (path) => writeFileSync(path, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
    ],
  ]
  test.each(cases)('%s is refused as %s', async (_what, code, exit, make) => {
    const home = join(folder(), 'home')
    const file = join(folder(), 'sales.csv')
    make(file)
    const finished = await pallet(['run', file], { home })
    expectProblem(finished, code, exit)
    expect(existsSync(join(home, 'warehouse.duckdb'))).toBe(false)
    expect(existsSync(join(home, 'sandbox'))).toBe(false)
  })

  test('that may not be read is refused', async () => {
    const file = join(folder(), 'sales.csv')
    writeFileSync(file, good)
    chmodSync(file, 0o000)
    const home = join(folder(), 'home')
    // Root reads everything, so the test sends somebody else.
    const as = process.getuid?.() === 0 ? 65534 : undefined
    if (as !== undefined) {
      mkdirSync(home)
      spawnSync('chown', ['-R', String(as), join(home, '..')])
      spawnSync('chmod', ['755', join(file, '..')])
    }
    expectProblem(
      await pallet(['run', file], { home, ...(as === undefined ? {} : { uid: as }) }),
      'source-unreadable',
      1,
    )
  })

  test('that another program is still writing waits, and goes on once it is whole', async () => {
    const home = join(folder(), 'home')
    const file = join(folder(), 'sales.csv')
    await writeSalesExport(file, { rows: 20_000, seed: 1 })
    const before = statSync(file).size
    const writer = setInterval(
      () => appendFileSync(file, `X;1;a;1;1,00;01.01.2026 10:00:00;1;bar;Anna\r\n`),
      1,
    )
    try {
      expectProblem(await pallet(['run', file], { home }), 'source-growing', 4)
    } finally {
      clearInterval(writer)
    }
    expect(statSync(file).size).toBeGreaterThan(before)
    const resumed = await pallet(['resume'], { home })
    expect(resumed.receipt).toMatchObject({
      state: 'succeeded',
      source: { bytes: statSync(file).size },
    })
  })
})

describe('an address', () => {
  test('that leads nowhere, lies about its length, or carries a password is refused', async () => {
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/lie') === true) {
        response.writeHead(200, { 'content-length': '1000' })
        response.write(good)
        response.socket?.end()
      } else response.writeHead(404).end('<html>no such page</html>')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const home = join(folder(), 'home')
      const missing = await pallet(['run', `${base}/none.csv?sig=geheim`], { home })
      expectProblem(missing, 'url-not-found', 1)
      expect(missing.stdout + missing.stderr).not.toContain('geheim')
      const lie = await pallet(['run', `${base}/lie.csv`], { home })
      expect(lie.receipt?.problem?.code).toMatch(/url-length-lie|source-truncated|network/)
      expect([1, 4]).toContain(lie.code)
      const withPassword = await pallet(['run', base.replace('//', '//me:geheim@')], { home })
      expectProblem(withPassword, 'usage', 2)
      expect(withPassword.stdout + withPassword.stderr).not.toContain('geheim')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('a storage account', () => {
  let sandbox: AzuriteSandbox
  let account: { account: string; key: string; endpoint: string }
  let storage: string

  beforeAll(async () => {
    storage = mkdtempSync(join(tmpdir(), 'pallet-azurite-'))
    sandbox = azuriteSandbox({ folder: storage })
    const access = await sandbox.access(AbortSignal.timeout(600_000))
    if (access.kind !== 'account-key') throw new Error(`unexpected ${access.kind}`)
    account = access
    await blobAccounts.createContainer(
      access,
      'pallet',
      () => Promise.reject(new Error('no tokens')),
      AbortSignal.timeout(600_000),
    )
  })
  afterAll(async () => {
    await sandbox.stop()
    rmSync(storage, { recursive: true, force: true })
  })

  async function send(
    kind: string,
    secret: string,
    args: string[] = [],
    add: string[] = [],
    content = good,
  ): Promise<Finished> {
    const home = join(folder(), 'home')
    const file = join(folder(), 'sales.csv')
    writeFileSync(file, content)
    const added = await pallet(['connections', 'add', 'shop', '--kind', kind, ...add], {
      home,
      input: `${secret}\n`,
    })
    expect(added.code).toBe(0)
    const finished = await pallet(['run', file, '--to', 'shop', ...args], {
      home,
      env: { PALLET_SECRET_SHOP: secret },
    })
    expect(finished.stdout + finished.stderr).not.toContain(secret)
    const database = new Database(join(home, 'pallet.db'), { readonly: true })
    expect(JSON.stringify(database.prepare('SELECT * FROM run, connection').all())).not.toContain(
      secret,
    )
    database.close()
    return finished
  }
  const byKey = (key: string, args: string[] = []): Promise<Finished> =>
    send('account-key', key, args, ['--account', account.account, '--endpoint', account.endpoint])
  const bySas = (options: SasOptions, content = good): Promise<Finished> =>
    send('sas-url', sasUrl(account, options), [], [], content)

  test('whose key is wrong waits for the right one', async () => {
    expectProblem(await byKey(Buffer.alloc(64, 7).toString('base64')), 'credential-rejected', 4)
  })

  test('whose SAS has expired waits for a new one', async () => {
    expectProblem(await bySas({ permissions: 'rwlc', minutes: -60 }), 'credential-expired', 4)
  })

  test('whose key is wrong is asked for once, however many files wait for it', async () => {
    const more = join(folder(), 'more.csv')
    writeFileSync(more, good)
    const { code, stderr, events } = await byKey(Buffer.alloc(64, 7).toString('base64'), [more])
    expect(code).toBe(4)
    const asked = 'The connection “shop” needs a new credential; 2 runs wait for it.'
    expect(stderr.split(asked)).toHaveLength(2)
    expect(events.filter(({ event }) => event === 'receipt')).toHaveLength(2)
  })

  test('whose SAS will not last is warned of before the first block', async () => {
    // More than two and a half minutes at what is supposed of a line that nothing was sent over yet.
    const lines = Array.from(
      { length: 40_000 },
      (_, id) => `${id},${randomBytes(512).toString('hex')}`,
    )
    const { receipt, events } = await bySas(
      { permissions: 'rwlc', minutes: 2.5 },
      `id,note\n${lines.join('\n')}\n`,
    )
    expect(receipt).toMatchObject({ state: 'succeeded' })
    const warnings = events.filter(({ event }) => event === 'warning')
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The SAS of the connection shop ends in .* takes about 2 min/),
    ])
  })

  test('whose SAS may only read waits for one that may write', async () => {
    expectProblem(await bySas({ permissions: 'rl', minutes: 60 }), 'permission-denied', 4)
  })

  test('without the container says so, and creates it when told to', async () => {
    const missing = await byKey(account.key, ['--container', 'exports'])
    expectProblem(missing, 'container-missing', 1)
    expect(missing.stderr + missing.stdout).toContain('exports')
    const created = await byKey(account.key, ['--container', 'exports', '--create-container'])
    expect(created.receipt).toMatchObject({ state: 'succeeded', upload: { container: 'exports' } })
  })

  test('comes from the environment as well', async () => {
    const home = join(folder(), 'home')
    const file = join(folder(), 'sales.csv')
    writeFileSync(file, good)
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=${account.account};AccountKey=${account.key};BlobEndpoint=${account.endpoint};`
    const env = {
      AZURE_STORAGE_CONNECTION_STRING: connectionString,
      AZURE_STORAGE_CONTAINER: 'env',
    }
    await pallet(['run', file, '--to', 'environment', '--container', 'env', '--create-container'], {
      home,
      env,
    })
    const again = ['run', file, '--if-delivered', 'append']
    const { receipt, stdout } = await pallet(again, { home, env })
    expect(receipt).toMatchObject({
      state: 'succeeded',
      upload: { connection: 'environment', container: 'env' },
    })
    expect(stdout).not.toContain(account.key)
  })
})

describe('this computer', () => {
  test.runIf(process.platform === 'linux')(
    'with too little address space is told what is needed',
    () => {
      const { stderr, status } = spawnSync(
        'sh',
        [
          '-c',
          'ulimit -v 1500000; exec "$@"',
          'sh',
          process.execPath,
          entry,
          '--home',
          join(folder(), 'home'),
          'runs',
        ],
        { encoding: 'utf8' },
      )
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/may reserve 1\.4 GiB .* needs 6\.0 GiB.*ulimit -v/),
      ])
    },
  )

  test.runIf(mayMount)('started with little priority, by somebody who may take no more', () => {
    const place = folder()
    const file = join(place, 'sales.csv')
    writeFileSync(file, good)
    const somebody = 65534
    spawnSync('chown', ['-R', String(somebody), place])
    const { stderr, status } = spawnSync(
      'nice',
      [
        '-n',
        '10',
        process.execPath,
        entry,
        '--home',
        join(place, 'home'),
        'run',
        '--no-blob',
        file,
      ],
      { encoding: 'utf8', uid: somebody },
    )
    expect([status, stderr]).toEqual([0, expect.stringContaining('load')])
  })

  test('a home that another Pallet uses is left alone', async () => {
    const home = join(folder(), 'home')
    const first = startPallet(['serve'], { home })
    await expect
      .poll(() => first.events.some((event) => event.event === 'ready'), { timeout: 600_000 })
      .toBe(true)
    const second = await pallet(['serve'], { home })
    first.child.kill('SIGTERM')
    expect((await first.done).code).toBe(0)
    expectProblem(second, 'home-in-use', 1)
  })

  test('a home that a newer Pallet wrote is left alone', async () => {
    const home = join(folder(), 'home')
    mkdirSync(home)
    const database = new Database(join(home, 'pallet.db'))
    database.pragma('user_version = 99')
    database.close()
    expectProblem(await pallet(['runs'], { home }), 'home-newer', 1)
  })

  test.runIf(mayMount)('a full disk makes the run wait; with room it goes on', async () => {
    const disk = folder()
    const file = join(folder(), 'sales.csv')
    const truth = await writeSalesExport(file, { rows: 60_000, seed: 3 })
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk])
    try {
      const home = join(disk, 'home')
      const full = await pallet(['run', file], { home })
      expectProblem(full, 'disk-full', 4)
      expect(readdirSync(home)).not.toContain('warehouse.duckdb')
      spawnSync('mount', ['-o', 'remount,size=400m', disk])
      const resumed = await pallet(['resume'], { home })
      expect(resumed.receipt).toMatchObject({ state: 'succeeded', rows: { loaded: truth.clean } })
    } finally {
      spawnSync('umount', [disk])
    }
  })
})

describe('the command line', () => {
  test.each([
    ['an unknown option', ['run', 'x.csv', '--nonsense']],
    ['an unknown command', ['send', 'x.csv']],
    ['a format that does not exist', ['run', 'x.csv', '--format', 'xlsx']],
    ['nothing to run', ['run']],
    ['a number that is none', ['preview', 'x.csv', '--rows', 'many']],
  ])('answers %s with 2 and what it understands', async (_what, args) => {
    const finished = await pallet(args, { home: join(folder(), 'home') })
    expect(finished.code).toBe(2)
    expect(finished.stderr).toMatch(/error: .*\n[\s\S]*--help/)
  })

  test('without arguments shows its help', async () => {
    const finished = spawnSync(process.execPath, ['build/pallet.mjs'], { encoding: 'utf8' })
    expect(finished.status).toBe(0)
    expect(finished.stdout).toMatch(/Usage: pallet[\s\S]*Examples:[\s\S]*Exit codes:/)
  })

  test('a file with too many bad rows is stopped with 3 before anything is uploaded', async () => {
    const home = join(folder(), 'home')
    const file = join(folder(), 'sales.csv')
    await writeSalesExport(file, { rows: 2000, seed: 5, oneDefectIn: 5 })
    const finished = await pallet(['run', file], { home })
    expectProblem(finished, 'limit-exceeded', 3)
    expect(existsSync(join(home, 'sandbox'))).toBe(false)
    expect(existsSync(join(home, 'warehouse.duckdb'))).toBe(false)
    const rejects = await pallet(['rejects', finished.receipt?.runId ?? ''], { home })
    expect(rejects.events.length).toBe(finished.receipt?.rows.quarantined)
  })
})
