/** What this computer keeps of a person: rows that were held back, and copies of files that were not delivered. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { ErasedPlace, Found } from '../../../shared/domain/privacy/erasure.ts'
import { checkpointOf } from '../checkpoints.ts'
import type { HeldBack } from '../fixing/heldBack.ts'
import type { HomePaths } from '../ports/home.ts'
import type { RejectsReader } from '../ports/reading.ts'
import type { FixRepository, RunRepository, StoredRun } from '../ports/store.ts'
import { filesOf } from '../steps/step.ts'
import { type Wanted, plainOf } from './wantedPerson.ts'

export interface ErasedFilesParts {
  runs: RunRepository
  fixes: Pick<FixRepository, 'of' | 'forgetRows'>
  held: Pick<HeldBack, 'of'>
  rejects: Pick<RejectsReader, 'rows' | 'cellsOf' | 'records' | 'erase'>
  home: HomePaths
  now: () => Date
}

export class ErasedFiles {
  readonly #parts: ErasedFilesParts

  constructor(parts: ErasedFilesParts) {
    this.#parts = parts
  }

  async find(run: StoredRun, wanted: Wanted, signal: AbortSignal): Promise<Found> {
    const found: Found = { places: [], unreached: [] }
    const place = { where: run.id, connection: null, name: run.id, state: 'found' as const }
    const held = await this.#heldRecords(run, wanted)
    signal.throwIfAborted()
    if (held.length > 0)
      found.places.push({
        ...place,
        kind: 'held-back',
        runs: [{ runId: run.id, rows: held.length }],
      })
    const copies = this.#copies(run)
    if (copies.length === 0) return found
    const { records } = filesOf(this.#parts.home, run)
    const isIn = existsSync(records) ? await this.#isAmong(run, wanted, signal) : null
    if (isIn === null)
      found.unreached.push(
        `The copy of ${run.plan.source.name} that is kept of the run ${run.id} cannot be looked into: “pallet discard ${run.id}” removes it.`,
      )
    else if (isIn) found.places.push({ ...place, kind: 'copy', runs: [{ runId: run.id, rows: 1 }] })
    return found
  }

  async erase({ kind, name }: ErasedPlace, wanted: Wanted): Promise<void> {
    const { runs, fixes, rejects, now } = this.#parts
    const run = runs.get(name)
    if (run === null) return
    if (kind === 'copy') {
      for (const file of this.#copies(run)) await rm(file, { force: true, recursive: true })
      const message =
        'The copy of its file was removed whole, for a person in it was erased; tried again, it is fetched anew.'
      runs.log(run.id, { at: now().toISOString(), level: 'info', message })
      return
    }
    const records = await this.#heldRecords(run, wanted)
    fixes.forgetRows(run.id, records)
    const files = filesOf(this.#parts.home, run)
    await rm(files.heldIndex, { force: true })
    for (const file of files.rejects) if (existsSync(file)) await rejects.erase(file, records)
  }

  /** What is kept of a file to compare the next one with has the values of a column that has few. */
  scrub(run: StoredRun, { column, plain }: Wanted): void {
    const { runs } = this.#parts
    const steps = runs.steps(run.id)
    const step = steps.find(({ name }) => name === 'clean')
    const clean = checkpointOf(steps, 'clean')
    const { outline } = clean ?? {}
    if (step === undefined || clean === null || outline === undefined) return
    const has = outline.columns.some(
      ({ name, values }) =>
        name === column.name && values?.some((value) => plain.includes(plainOf(value))),
    )
    if (!has) return
    const columns = outline.columns.map((one) =>
      one.name === column.name ? { ...one, values: null } : one,
    )
    runs.changeStep(run.id, { ...step, checkpoint: { ...clean, outline: { ...outline, columns } } })
  }

  /** The records of the run that were held back and are, or were made by a person to be, about the one who is looked for. */
  async #heldRecords(run: StoredRun, { column, plain }: Wanted): Promise<number[]> {
    const { rejects, fixes, held: heldBack } = this.#parts
    if (filesOf(this.#parts.home, run).rejects.every((file) => !existsSync(file))) return []
    const held = await heldBack.of(run.id)
    const at = held.labels.findIndex((label) => label === column.label || label === column.name)
    const isWanted = (cells: readonly string[]): boolean => {
      if (plain.includes(plainOf(cells[at] ?? ''))) return true
      // What could not be cut into cells, or stands beyond the last of them.
      const rest = cells.slice(held.labels.length).join(' ').toLowerCase()
      return plain.some((value) => rest.includes(value))
    }
    const cellsOf = await rejects.cellsOf(held)
    const records = new Set<number>()
    for await (const row of rejects.rows(held.files))
      if (isWanted(cellsOf(row))) records.add(row.record)
    for (const { record, cells } of fixes.of(run.id))
      if (cells !== null && isWanted(cells)) records.add(record)
    return [...records]
  }

  async #isAmong(run: StoredRun, { column, plain }: Wanted, signal: AbortSignal): Promise<boolean> {
    const { runs, rejects, home } = this.#parts
    const labels = checkpointOf(runs.steps(run.id), 'read')?.labels ?? []
    const at = labels.findIndex((label) => label === column.label || label === column.name)
    for await (const { cells } of rejects.records(filesOf(home, run).records)) {
      signal.throwIfAborted()
      const among = at < 0 ? cells : [cells[at] ?? '']
      if (among.some((cell) => plain.includes(plainOf(cell)))) return true
    }
    return false
  }

  #copies(run: StoredRun): string[] {
    const { source, unpacked, records, untreated, output, work, lookedUp } = filesOf(
      this.#parts.home,
      run,
    )
    return [source, unpacked, records, untreated, output, work, lookedUp].filter((file) =>
      existsSync(file),
    )
  }
}
