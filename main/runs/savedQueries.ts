import { Problem } from '../../shared/domain/problem.ts'
import { type SavedQuery, mostSaved } from '../../shared/domain/warehouse/savedQuery.ts'
import type { SettingsRepository } from './ports/store.ts'

export interface SavedQueriesParts {
  settings: Pick<SettingsRepository, 'savedQueries' | 'saveQueries'>
  /** Throws where there is no such connection, or none of a warehouse. */
  mustBeWarehouse: (connection: string) => void
}

/** Statements that are asked again under their names; the home has them, so the window and the command line share them. */
export class SavedQueries {
  readonly #parts: SavedQueriesParts

  constructor(parts: SavedQueriesParts) {
    this.#parts = parts
  }

  list(): SavedQuery[] {
    return this.#parts.settings.savedQueries()
  }

  /** In the place of another one of that name. */
  save(query: SavedQuery): void {
    this.#parts.mustBeWarehouse(query.connection)
    const others = this.list().filter(({ name }) => name !== query.name)
    if (others.length >= mostSaved)
      throw new Problem({
        code: 'limit-exceeded',
        what: `${mostSaved} queries are saved already.`,
        did: 'This one was not saved.',
        advice: 'Remove one that nobody asks any more.',
      })
    const all = [...others, query].toSorted((one, other) => (one.name < other.name ? -1 : 1))
    this.#parts.settings.saveQueries(all)
  }

  remove(name: string): void {
    const all = this.list()
    const others = all.filter((one) => one.name !== name)
    if (others.length === all.length) throw noSuchQuery(name, all)
    this.#parts.settings.saveQueries(others)
  }
}

function noSuchQuery(name: string, all: readonly SavedQuery[]): Problem {
  return new Problem({
    code: 'not-found',
    what: `No query is saved as “${name}”.`,
    did: 'Nothing was changed.',
    advice:
      all.length === 0
        ? 'None is saved yet.'
        : `There are: ${all.map((one) => one.name).join(', ')}.`,
  })
}
