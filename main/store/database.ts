import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'

export type Db = Database.Database

const migrationsFolder = fileURLToPath(new URL('./migrations/', import.meta.url))

/** The numbered SQL files, in order: `0001-first.sql` is migration 1. */
export function migrations(folder = migrationsFolder): { version: number; sql: string }[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 4)),
      sql: readFileSync(`${folder}/${name}`, 'utf8'),
    }))
}

/**
 * Opens the database and brings it to the newest version, each migration in a transaction
 * of its own. Throws `home-newer` when a newer Pallet has written it. WAL with FULL
 * synchronisation: a state that was reported is on the disk.
 */
export function openDatabase(file: string, options: { readonly?: boolean } = {}): Db {
  let db: Db
  try {
    db = new Database(file, { readonly: options.readonly ?? false, timeout: 2000 })
  } catch (error) {
    throw databaseProblem(file, error)
  }
  try {
    const known = migrations()
    const newest = known.at(-1)?.version ?? 0
    const version = Number(db.pragma('user_version', { simple: true }))
    if (version > newest)
      throw new Problem({
        code: 'home-newer',
        what: 'This folder was written by a newer Pallet than this one.',
        did: 'Nothing was changed.',
        advice: 'Update Pallet on this computer, or choose another folder with --home.',
        detail: `database version ${version}, this Pallet knows ${newest}`,
      })
    if (options.readonly === true) return db
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    for (const migration of known) {
      if (migration.version <= version) continue
      db.transaction(() => {
        db.exec(migration.sql)
        db.pragma(`user_version = ${migration.version}`)
      })()
    }
    return db
  } catch (error) {
    db.close()
    throw error instanceof Problem ? error : databaseProblem(file, error)
  }
}

function databaseProblem(file: string, cause: unknown): Problem {
  const code = errorCode(cause)
  if (fileTrouble(code) === 'full')
    return new Problem(
      {
        code: 'disk-full',
        what: 'The disk that holds Pallet’s list of runs is full.',
        did: 'Pallet did not start; nothing was changed.',
        advice: 'Make room on that disk, then start again.',
        detail: code,
      },
      { cause },
    )
  return new Problem(
    {
      code: 'home-unusable',
      what: `Pallet cannot read its list of runs, ${file}.`,
      did: 'It changed nothing and stopped. What was uploaded and loaded is not touched.',
      advice: 'Choose another folder with --home, or restore that file from a backup.',
      detail: code,
    },
    { cause },
  )
}
