import { z } from 'zod'
import { ConnectionName } from '../../shared/domain/connection.ts'
import { InsightTables } from '../../shared/domain/warehouse/insights.ts'
import { UploadLimit } from '../../shared/domain/limit.ts'
import { SavedQuery } from '../../shared/domain/warehouse/savedQuery.ts'
import { Settings, type SettingsChange, Theme } from '../../shared/domain/settings.ts'
import { StoredSettings } from '../../shared/systems/kinds.ts'
import type { ConnectionSettings } from '../../shared/systems/record.ts'
import type {
  ConnectionRepository,
  SettingsRepository,
  StoredConnection,
} from '../runs/ports/store.ts'
import type { Unreadable } from '../../shared/domain/unreadable.ts'
import type { Db } from './database.ts'
import { type RowReader, readOne, readable, unreadable } from './rows.ts'

const ConnectionRow = z.object({
  name: ConnectionName,
  settings: z.string().transform((text) => StoredSettings.parse(JSON.parse(text))),
  container: z.string().nullable(),
  created_at: z.string(),
})

function toConnection(row: unknown): StoredConnection {
  const { created_at: createdAt, ...rest } = ConnectionRow.parse(row)
  return { ...rest, createdAt }
}

const nameOf = (row: unknown): string => z.object({ name: z.string() }).parse(row).name
const connections: RowReader<StoredConnection> = { kind: 'connection', nameOf, parse: toConnection }

/** Connections without their secrets. */
export class ConnectionStore implements ConnectionRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  list(): StoredConnection[] {
    return readable(this.#all(), connections)
  }

  unreadable(): Unreadable[] {
    return unreadable(this.#all(), connections)
  }

  #all(): unknown[] {
    return this.#db.prepare('SELECT * FROM connection ORDER BY name').all()
  }

  get(name: string): StoredConnection | null {
    const row = this.#db.prepare('SELECT * FROM connection WHERE name = ?').get(name)
    return readOne(row, connections)
  }

  save(
    connection: { name: string; settings: ConnectionSettings; container: string | null },
    at: string,
  ): void {
    this.#db
      .prepare(
        `INSERT INTO connection (name, settings, container, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET settings = excluded.settings, container = excluded.container`,
      )
      .run(connection.name, JSON.stringify(connection.settings), connection.container, at)
  }

  remove(name: string): void {
    this.#db.prepare('DELETE FROM connection WHERE name = ?').run(name)
  }
}

/** What is set for this home; what was never set is as it comes. */
export class SettingStore implements SettingsRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  get(): Settings {
    return {
      uploadLimit: this.#read('upload-limit', UploadLimit, []),
      theme: this.#read('theme', Theme, 'system'),
      keepDays: this.#read('keep-days', Settings.shape.keepDays, null),
    }
  }

  save({ uploadLimit, theme, keepDays }: SettingsChange): void {
    if (uploadLimit !== undefined) this.#write('upload-limit', uploadLimit)
    if (theme !== undefined) this.#write('theme', theme)
    if (keepDays !== undefined) this.#write('keep-days', keepDays)
  }

  insightTables(): InsightTables | null {
    return this.#read('insight-tables', InsightTables.nullable(), null)
  }

  saveInsightTables(tables: InsightTables): void {
    this.#write('insight-tables', tables)
  }

  savedQueries(): SavedQuery[] {
    return this.#read('saved-queries', z.array(SavedQuery), [])
  }

  saveQueries(queries: readonly SavedQuery[]): void {
    this.#write('saved-queries', queries)
  }

  /** One that cannot be read is as it comes; the screen shows that none is set. */
  #read<Value>(name: string, shape: z.ZodType<Value>, usual: Value): Value {
    const value = this.#db.prepare('SELECT value FROM setting WHERE name = ?').pluck().get(name)
    try {
      return shape.parse(JSON.parse(typeof value === 'string' ? value : ''))
    } catch {
      return usual
    }
  }

  #write(name: string, value: unknown): void {
    this.#db
      .prepare(
        `INSERT INTO setting (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      )
      .run(name, JSON.stringify(value))
  }

  tokenKey(): string | null {
    const id = this.#db.prepare(`SELECT value FROM setting WHERE name = 'token-key'`).pluck().get()
    return typeof id === 'string' ? id : null
  }

  saveTokenKey(id: string): void {
    this.#db.prepare(`INSERT INTO setting (name, value) VALUES ('token-key', ?)`).run(id)
  }

  rate(connection: string): number | null {
    const rate = this.#db
      .prepare('SELECT bytes_per_second FROM line WHERE connection = ?')
      .pluck()
      .get(connection)
    return typeof rate === 'number' ? rate : null
  }

  saveRate(connection: string, bytesPerSecond: number): void {
    this.#db
      .prepare(
        `INSERT INTO line (connection, bytes_per_second) VALUES (?, ?)
           ON CONFLICT (connection) DO UPDATE SET bytes_per_second = excluded.bytes_per_second`,
      )
      .run(connection, bytesPerSecond)
  }
}
