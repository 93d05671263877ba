/** The command line as a careful person in a terminal tries it. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeSalesExport } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { entry, pallet, startPallet } from '../../fixtures/pallet.ts'

const folder = testFolder()
// Several processes a test, each of which takes its seconds on a busy computer.

function writeSmall(name = 'sales.csv', rows = 'id,product\n1,Tea\n2,Milk\n'): string {
  const file = join(folder(), name)
  writeFileSync(file, rows)
  return file
}

test.runIf(process.platform === 'linux')(
  'a home that cannot be made is told at once (needs /proc)',
  async () => {
    const { code, events } = await pallet(['runs'], { home: '/proc/nope/home' })
    expect(code).toBe(1)
    expect(events).toMatchObject([{ event: 'error', problem: { code: 'home-unusable' } }])
  },
)

describe('several files', () => {
  test('one that is missing does not lose the others, and the worst answer counts', async () => {
    const home = join(folder(), 'höme with spaces ☃')
    const first = writeSmall('first.csv')
    const last = writeSmall('last.csv')
    const { events, code, receipt } = await pallet(['run', first, join(home, 'none.csv'), last], {
      home,
    })
    expect(code).toBe(1)
    expect(
      events.filter(({ event }) => event === 'receipt' || event === 'error').map((e) => e.event),
    ).toEqual(['receipt', 'error', 'receipt'])
    expect(receipt).toMatchObject({ state: 'succeeded', source: { path: last } })
  })
})

describe('the same file', () => {
  test('sent again loads nothing; it is said on stderr, in the events and in the history', async () => {
    const home = join(folder(), 'home')
    const file = writeSmall()
    const first = await pallet(['run', file], { home })
    expect(first.events.some(({ event }) => event === 'warning')).toBe(false)
    const again = await pallet(['run', file], { home })
    expect(again.code).toBe(0)
    const said = again.events.find(({ event }) => event === 'warning')?.['message']
    expect(said).toContain(first.receipt?.runId)
    expect(again.stderr).toContain(said)
    const { events } = await pallet(['show', again.receipt?.runId ?? ''], { home })
    expect(JSON.stringify(events[0])).toContain(JSON.stringify(said).slice(1, -1))
    expect(again.receipt).toMatchObject({ state: 'succeeded', load: null })
    // Another table has never seen it.
    const elsewhere = await pallet(['run', file, '--table', 'other'], { home })
    expect(elsewhere.events.some(({ event }) => event === 'warning')).toBe(false)
  })
})

describe('a name that cannot be', () => {
  test.each([
    ['table', ''],
    ['table', '_pallet_ledger'],
    ['container', 'Big_Letters'],
    ['blob', ' '],
    ['dataset', ''],
  ])('%s “%s” is refused before a run is made, and the list still opens', async (option, name) => {
    const home = join(folder(), 'home')
    const refused = await pallet(['run', writeSmall(), `--${option}`, name], { home })
    expect(refused.code).toBe(2)
    expect(refused.events.at(-1)).toMatchObject({ event: 'error', problem: { code: 'usage' } })
    const runs = await pallet(['runs'], { home })
    expect([runs.code, runs.events]).toEqual([0, []])
  })

  test('of a connection is refused, and the list still opens', async () => {
    const home = join(folder(), 'home')
    const input = 'https://account.example/?sig=geheim\n'
    const added = await pallet(['connections', 'add', 'Big Shop', '--kind', 'sas-url'], {
      home,
      input,
    })
    expect(added.code).toBe(2)
    expect((await pallet(['connections', 'list'], { home })).code).toBe(0)
  })
})

describe('a file without rows', () => {
  test('teaches nothing: the next one brings the types', async () => {
    const home = join(folder(), 'home')
    const empty = await pallet(['run', writeSmall('sales.csv', 'id,sold\n')], { home })
    expect(empty.receipt).toMatchObject({ state: 'succeeded', rows: { in: 0, loaded: 0 } })
    expect(empty.stderr).toContain('no rows')
    await pallet(['run', writeSmall('sales.csv', 'id,sold\n1,2026-11-20\n')], { home })
    const { events } = await pallet(
      ['query', 'SELECT typeof(id) AS i, typeof(sold) AS s FROM sales'],
      {
        home,
      },
    )
    expect(events).toEqual([{ i: 'BIGINT', s: 'DATE' }])
  })
})

describe('an interrupted command', () => {
  test('told twice at once, as a terminal and an older Node do, ends in good order', async () => {
    const home = join(folder(), 'home')
    const file = join(folder(), 'sales.csv')
    await writeSalesExport(file, { rows: 60_000, seed: 7 })
    const stopped = await startPallet(['run', file], {
      home,
      onEvent: ({ event, step, state }, child) => {
        if (event !== 'step' || step !== 'clean' || state !== 'running') return
        child.kill('SIGINT')
        child.kill('SIGINT')
      },
    }).done
    expect(stopped.code).toBe(4)
    // What the next start will find, not what was going on a moment ago.
    expect(stopped.receipt).toMatchObject({ state: 'queued' })
    expect((await pallet(['resume'], { home })).receipt).toMatchObject({ state: 'succeeded' })
  })

  test('ends when the process that started it over a line is gone', async () => {
    const home = join(folder(), 'home')
    const child = spawn(process.execPath, [entry, '--home', home, '--json', 'serve'], {
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    })
    const exited = once(child, 'exit')
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    child.disconnect()
    expect(await exited).toEqual([0, null])
  })
})

describe.runIf(process.platform === 'linux')(
  'an output (needs /dev/full, which only Linux has)',
  () => {
    test('whose reader has left ends the printing, not the work', async () => {
      const home = join(folder(), 'home')
      const file = join(folder(), 'sales.csv')
      await writeSalesExport(file, { rows: 3000, seed: 7, oneDefectIn: 30 })
      const child = spawn(process.execPath, [entry, '--home', home, '--json', 'run', file], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let stderr = ''
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
      child.stdout.once('data', () => child.stdout.destroy())
      expect((await once(child, 'close'))[0]).toBe(0)
      expect(stderr).not.toMatch(/EPIPE|\n\s+at /)
      const [run] = (await pallet(['runs'], { home })).events
      expect(run).toMatchObject({ state: 'succeeded' })
      const piped = spawnSync(
        'sh',
        [
          '-c',
          `"$0" "$1" --home "$2" rejects "$3" | head -1`,
          process.execPath,
          entry,
          home,
          String(run?.['id']),
        ],
        { encoding: 'utf8' },
      )
      expect(piped.stdout).toContain('pallet_line;pallet_record;pallet_reasons;pallet_drop')
      expect(piped.stderr).toBe('')
    })

    test('that takes nothing is told in a sentence', async () => {
      const full = openSync('/dev/full', 'w')
      try {
        const finished = spawnSync(
          process.execPath,
          [entry, '--home', folder(), 'connections', 'list'],
          {
            stdio: ['ignore', full, 'pipe'],
            encoding: 'utf8',
          },
        )
        expect(finished.status).toBe(1)
        expect(finished.stderr).toMatch(
          /^pallet: What this command had to say could not be written/,
        )
        expect(finished.stderr).not.toMatch(/\n\s+at /)
      } finally {
        closeSync(full)
      }
    })

    test('shows control characters instead of obeying them, from names and from held-back rows', () => {
      const home = join(folder(), 'home')
      const file = writeSmall(
        'a\u001b[31mred\u009b.csv',
        'id,product\n1,Tea\n2,\u001b]0;x\u0007,3\n',
      )
      const shown = (...args: string[]): string => {
        const words = [process.execPath, entry, '--home', home, ...args]
        const command = words.map((word) => `'${word}'`).join(' ')
        // A terminal, in which the held-back rows are not byte for byte either.
        return spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' }).stdout
      }
      // Bars steer the terminal, as they should; a dataset learns from a file of which little is held back.
      const printed = spawnSync(process.execPath, [entry, '--home', home, 'run', file], {
        encoding: 'utf8',
      })
      expect((printed.stdout + printed.stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
      expect(printed.stdout).toContain('a␛[31mred\ufffd.csv')
      const listed = shown('runs')
      expect(listed).toContain('a␛[31mred\ufffd.csv')
      const [runId = ''] = /\d{8}-\d{6}-\S+/.exec(listed) ?? []
      const rejects = shown('rejects', runId)
      expect(rejects).toContain('␛]0;x␇')
      const all = listed + shown('show', runId) + rejects
      expect(all.replaceAll('\r\n', '')).not.toMatch(/\p{Cc}/u)
    })
  },
)
