import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Problem } from '../../../shared/domain/problem.ts'
import type { HomePaths } from '../ports/home.ts'
import type { StoredRun } from '../ports/store.ts'
import type { Vault } from '../ports/vault.ts'

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

  /** Where `fetch` reads, with the query that was put away for it. Throws `source-unreadable` where that is gone. */
  async fullLocation(run: StoredRun): Promise<string> {
    const { source, location } = run.plan
    if (source.kind !== 'url') return location
    const query = await this.#vault.get(keyOf(run.id))
    if (query === null && source.hasQuery === true)
      throw new Problem({
        code: 'source-unreadable',
        what: `Pallet does not know the whole address of ${source.name} any more: what stands behind the “?” may be a secret, and was kept only until Pallet ended.`,
        did: 'Nothing was read.',
        advice: 'Send the file again with its whole address.',
      })
    return location + (query ?? '')
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
