import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { HomePaths } from './ports/home.ts'
import type { StoredRun } from './ports/store.ts'
import type { Vault } from './ports/vault.ts'

/** What a run keeps of its source: the query of an address, which may be a signature and so goes where secrets go. */
export class SourceQueries {
  readonly #vault: Vault
  readonly #home: HomePaths

  constructor(vault: Vault, home: HomePaths) {
    this.#vault = vault
    this.#home = home
  }

  async keep(runId: string, query: string): Promise<void> {
    if (query !== '') await this.#vault.set(keyOf(runId), query)
  }

  /** Where `fetch` reads, with the query that was put away for it. */
  async fullLocation(run: StoredRun): Promise<string> {
    if (run.plan.source.kind === 'file') return run.plan.location
    return run.plan.location + ((await this.#vault.get(keyOf(run.id))) ?? '')
  }

  /** Forgets the query, and bytes that were kept only for this run. */
  async release(run: StoredRun): Promise<void> {
    const { location } = run.plan
    // Earlier versions moved what they had received into the folder of the run.
    const places = [this.#home.incoming, this.#home.runFolder(run.id)]
    if (places.includes(dirname(location))) await rm(location, { force: true })
    if (run.plan.source.kind === 'url') await this.#vault.remove(keyOf(run.id))
  }
}

function keyOf(runId: string): string {
  return `source-of-${runId}`
}
