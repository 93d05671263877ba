import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { Dataset } from '../../shared/domain/datasets/dataset.ts'
import { withRenamed } from '../../shared/domain/recipe/lookUp.ts'
import { withReading } from '../../shared/domain/files/reading.ts'
import type { Unreadable } from '../../shared/domain/unreadable.ts'
import { DatasetVersion, Definition } from '../../shared/domain/datasets/version.ts'
import type { DatasetChange, DatasetRepository } from '../runs/ports/store.ts'
import type { Db } from './database.ts'
import { type RowReader, readOne, readable, unreadable } from './rows.ts'

const DatasetRow = z
  .object({ name: z.string(), definition: z.string(), updated_at: z.string() })
  .transform((row) =>
    Dataset.parse({
      ...withReading(JSON.parse(row.definition) as object),
      name: row.name,
      updatedAt: row.updated_at,
    }),
  )

const VersionRow = z
  .object({
    version: z.number(),
    definition: z.string(),
    at: z.string(),
    who: z.string(),
    what: z.string(),
    why: z.string(),
  })
  .transform(({ definition, ...row }) =>
    DatasetVersion.parse({ ...withReading(JSON.parse(definition) as object), ...row }),
  )

const nameOf = (row: unknown): string => z.object({ name: z.string() }).parse(row).name

const datasets: RowReader<Dataset> = {
  kind: 'dataset',
  nameOf,
  parse: (row) => DatasetRow.parse(row),
}

/** What is known of each kind of export, and how it came to be so. */
export class DatasetStore implements DatasetRepository {
  readonly #db: Db
  readonly #who: () => string

  /** `who`: in whose name versions are made. */
  constructor(db: Db, who: () => string) {
    this.#db = db
    this.#who = who
  }

  list(): Dataset[] {
    return readable(this.#all(), datasets)
  }

  unreadable(): Unreadable[] {
    return unreadable(this.#all(), datasets)
  }

  #all(): unknown[] {
    return this.#db.prepare('SELECT * FROM dataset ORDER BY name').all()
  }

  get(name: string): Dataset | null {
    const row = this.#db.prepare('SELECT * FROM dataset WHERE name = ?').get(name)
    return readOne(row, datasets)
  }

  save(dataset: Dataset, { what, why = '', ofPlace }: DatasetChange): number {
    const { name, updatedAt, ...definition } = dataset
    const held = Definition.parse(dataset)
    return this.#db.transaction(() => {
      this.#db
        .prepare(
          `INSERT INTO dataset (name, definition, updated_at) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at`,
        )
        .run(name, JSON.stringify(definition), updatedAt)
      const before = this.version(name) ?? 0
      const known = this.#versionsOf(name, 'LIMIT 1')[0]
      if (
        ofPlace !== true &&
        known?.version === before &&
        isDeepStrictEqual(asStored(Definition.parse(known)), asStored(held))
      )
        return before
      this.#db
        .prepare(
          `INSERT INTO dataset_version (dataset, version, definition, at, who, what, why)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(name, before + 1, JSON.stringify(held), updatedAt, this.#who(), what, why)
      return before + 1
    })()
  }

  remove(name: string): void {
    this.#db.prepare('DELETE FROM dataset WHERE name = ?').run(name)
  }

  rename(name: string, to: string): void {
    this.#db.transaction(() => {
      this.#db.prepare('UPDATE dataset SET name = ? WHERE name = ?').run(to, name)
      this.#db.prepare('UPDATE run SET dataset = ? WHERE dataset = ?').run(to, name)
      for (const dataset of this.list()) {
        const asking = withRenamed(dataset, name, to)
        if (asking !== null) this.save(asking, { what: `${name} is called ${to} now.` })
      }
    })()
  }

  version(name: string): number | null {
    const newest = this.#db
      .prepare('SELECT max(version) FROM dataset_version WHERE dataset = ?')
      .pluck()
      .get(name)
    return typeof newest === 'number' ? newest : null
  }

  /** One that cannot be read is left out. */
  versions(name: string): DatasetVersion[] {
    return this.#versionsOf(name, '')
  }

  #versionsOf(name: string, limit: '' | 'LIMIT 1'): DatasetVersion[] {
    const rows = this.#db
      .prepare(`SELECT * FROM dataset_version WHERE dataset = ? ORDER BY version DESC ${limit}`)
      .all(name)
    return rows.flatMap((row) => {
      try {
        return [VersionRow.parse(row)]
      } catch {
        return []
      }
    })
  }
}

/** As JSON keeps it: without what is undefined. */
function asStored(definition: Definition): unknown {
  return JSON.parse(JSON.stringify(definition))
}
