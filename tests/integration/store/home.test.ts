import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { migrations, openDatabase } from '../../../main/store/database.ts'
import { homeAt, takeHome } from '../../../main/store/home.ts'
import { RunStore } from '../../../main/store/runs.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()
const problemOf = (work: () => unknown): Problem => {
  try {
    work()
  } catch (error) {
    return Problem.from(error)
  }
  throw new Error('nothing was thrown')
}

describe('the home folder', () => {
  test('belongs to one process at a time; a killed one leaves it free', async () => {
    const home = homeAt(folder())
    const module = new URL('../../../main/store/home.ts', import.meta.url).href
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { homeAt, takeHome } = await import(${JSON.stringify(module)})
         takeHome(homeAt(${JSON.stringify(home.folder)}))
         console.log('taken'); setInterval(() => {}, 1000)`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    const problem = problemOf(() => takeHome(home))
    expect(problem.code).toBe('home-in-use')
    expect(problem.data.what).toContain(home.folder)
    expect(problem.data.detail).toBe(`process ${child.pid}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    takeHome(home).release()
    takeHome(home).release()
  })

  test('is readable by its owner only', () => {
    const home = homeAt(join(folder(), 'new'))
    takeHome(home).release()
    expect(statSync(home.folder).mode & 0o077).toBe(0)
  })

  test('that is a file is refused with a sentence', () => {
    const path = join(folder(), 'file')
    writeFileSync(path, 'x')
    expect(problemOf(() => takeHome(homeAt(path))).code).toBe('home-unusable')
  })
})

describe('the database', () => {
  test('is brought to the newest version from every earlier one', () => {
    const known = migrations()
    expect(known.map((migration) => migration.version)).toEqual(known.map((_, index) => index + 1))
    for (let from = 0; from <= known.length; from += 1) {
      const file = join(folder(), 'pallet.db')
      const old = new Database(file)
      for (const migration of known.slice(0, from)) old.exec(migration.sql)
      old.pragma(`user_version = ${from}`)
      old.close()
      const db = openDatabase(file)
      expect(db.pragma('user_version', { simple: true })).toBe(known.length)
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
      expect(db.prepare('SELECT count(*) AS n FROM run').get()).toEqual({ n: 0 })
      db.close()
    }
  })

  test('of a newer Pallet is refused and not touched', () => {
    const file = join(folder(), 'pallet.db')
    const newer = new Database(file)
    newer.pragma('user_version = 999')
    newer.close()
    expect(problemOf(() => openDatabase(file)).code).toBe('home-newer')
    const after = new Database(file, { readonly: true })
    expect(after.pragma('user_version', { simple: true })).toBe(999)
    after.close()
  })

  test('that is damaged says so at whatever is asked of it', () => {
    const file = join(folder(), 'pallet.db')
    const whole = openDatabase(file)
    const pageBytes = Number(whole.pragma('page_size', { simple: true }))
    const root = Number(
      whole.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'run'`).pluck().get(),
    )
    whole.close()
    const bytes = readFileSync(file)
    bytes.fill(0x5a, (root - 1) * pageBytes, root * pageBytes)
    writeFileSync(file, bytes)
    const db = openDatabase(file)
    const { code, message } = problemOf(() => new RunStore(db).list({ limit: 10 }))
    db.close()
    expect(code).toBe('home-unusable')
    expect(message).toMatch(/pallet\.db.*is damaged\..*Restore that file from a backup/)
  })

  test('that is no database is refused with a sentence', () => {
    const file = join(folder(), 'pallet.db')
    writeFileSync(file, 'not a database at all, but long enough to look at '.repeat(20))
    expect(problemOf(() => openDatabase(file)).code).toBe('home-unusable')
  })
})
