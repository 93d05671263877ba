/** A recipe tried on a file that is looked at: what it does to all of it, and to a page of its rows. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type EffectState,
  type WorkedColumn,
  type WorkedRow,
  workedColumn,
  workedPlaces,
} from '../../../shared/domain/recipe/effect.ts'
import type { LookRow } from '../../../shared/domain/files/look.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { type FittedStep, fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'
import { type Brought, needsOutside } from '../outside/outside.ts'
import { pause } from '../pause.ts'
import type { LookFiles } from '../ports/looking.ts'
import type { Rooms } from '../ports/rooms.ts'
import { quiet } from '../quiet.ts'
import type { Held } from './shared.ts'
import type { Effect, WholeFile } from './wholeFiles.ts'

export interface EffectsParts {
  rooms: Pick<Rooms, 'effect' | 'cut' | 'work'>
  newId: () => string
  /** Brings steps what they need from outside of the file, into a folder. */
  bring: (recipe: Recipe, folder: string, signal: AbortSignal) => Promise<Brought>
}

export interface Worked {
  columns: WorkedColumn[]
  rows: WorkedRow[]
}

/** Between two places of a recipe, counted in its steps. */
export interface Between {
  recipe: Recipe
  since: number
  upTo: number
}

/** A recipe, with the labels by which it knows the columns of the file, and how the file has these otherwise. */
export interface Tried {
  recipe: Recipe
  labels: string[]
  writtenAs: Record<string, string>
}

const toldEveryMs = 150
/** So many rows above those that are wanted are looked at for what an empty cell is filled with, then more, at last all. */
const above = [200, 5_000, Infinity]

export class Effects {
  readonly #parts: EffectsParts

  constructor(parts: EffectsParts) {
    this.#parts = parts
  }

  /** Throws what working the recipe does. */
  async *follow(file: WholeFile, tried: Tried, signal: AbortSignal): AsyncGenerator<EffectState> {
    let share: number | null = null
    const end = new AbortController()
    const either = AbortSignal.any([signal, end.signal])
    const held = this.#hold(file, tried, false, either, (told) => (share = told))
    // Where it fails, this throws why.
    const settled = held.then(
      () => true,
      () => true,
    )
    try {
      let told: EffectState | null = null
      while (!(await Promise.race([settled, pause(toldEveryMs, signal).then(() => false)]))) {
        // A pause that is given up ends at once: one after the other, they would let nothing else have its turn.
        if (signal.aborted) return
        if (told?.kind === 'working' && told.share === share) continue
        told = { kind: 'working', share }
        yield told
      }
      yield { kind: 'known', effect: (await held).value.effect }
    } finally {
      end.abort()
      await held.then(
        ({ release }) => release(),
        () => {},
      )
    }
  }

  /** The rows as `recipe` leaves them. Those that it drops stand among them. */
  async worked(
    file: WholeFile,
    rows: readonly LookRow[],
    files: LookFiles,
    { since, upTo, ...tried }: Tried & Between,
    signal: AbortSignal,
  ): Promise<Worked> {
    const { labelled } = await file.whole(signal)
    const { recipe, labels } = tried
    const columns = workedPlaces(recipe, labels, since, upTo).map(workedColumn)
    const steps = fitRecipe(recipe, labels).steps.filter(({ index }) => index < upTo)
    const records = rows
      .flatMap(({ fate, record }) => (fate.kind === 'broken' ? [] : record))
      .toSorted((one, other) => one - other)
    if (records.length === 0) return { columns, rows: rows.map((row) => unworked(row)) }
    const needs = await this.holdNeeds(file, { ...tried, upTo }, signal)
    try {
      const asked = { ...tried, since, upTo, labelsInFile: labelled, records, ...needs.value }
      const worked = await this.#work(file, files, asked, steps, signal)
      const byRecord = new Map(worked.map((row) => [row.record, row]))
      return { columns, rows: rows.map((row) => byRecord.get(row.record) ?? unworked(row)) }
    } finally {
      await needs.release()
    }
  }

  /** What working the steps takes besides the records: which of these a step compares, and what is outside of the file. */
  async holdNeeds(
    file: WholeFile,
    { recipe, labels, writtenAs, upTo }: Tried & Pick<Between, 'upTo'>,
    signal: AbortSignal,
  ): Promise<Held<{ comparedFiles: string[]; outside: Brought }>> {
    const compares = ['drop-duplicates', 'pivot-wider']
    const tried = { recipe, labels, writtenAs }
    const { steps } = fitRecipe(recipe, labels)
    const effect = steps.some(({ step, index }) => index < upTo && compares.includes(step.kind))
      ? await this.#hold(file, tried, false, signal, () => {})
      : null
    try {
      const brought = await this.#bring(file, recipe, signal)
      return {
        value: { comparedFiles: effect?.value.duplicates ?? [], outside: brought.value },
        release: async () => {
          await brought.release()
          await effect?.release()
        },
      }
    } catch (error) {
      await effect?.release()
      throw error
    }
  }

  /** With the file of which record each step changes. */
  holdChanged(file: WholeFile, tried: Tried, signal: AbortSignal): Promise<Held<Effect>> {
    return this.#hold(file, tried, true, signal, () => {})
  }

  /** What the steps need from outside of the file, as it was when it was first needed for it. */
  async #bring(file: WholeFile, recipe: Recipe, signal: AbortSignal): Promise<Held<Brought>> {
    const needing = recipe.filter((step) => needsOutside([step]))
    return await file.outside.hold(JSON.stringify(needing), signal, (stop) =>
      this.#parts.bring(needing, join(file.folder, `outside-${this.#parts.newId()}`), stop),
    )
  }

  async #work(
    file: WholeFile,
    files: LookFiles,
    asked: Omit<Parameters<Rooms['work']>[0], 'recordsFile' | 'pieces' | 'workFolder'>,
    steps: readonly FittedStep[],
    signal: AbortSignal,
  ): Promise<WorkedRow[]> {
    const { rooms, newId } = this.#parts
    const looksUp = steps.some(({ step }) => step.kind === 'fill' && step.with.kind === 'above')
    for (const rowsAbove of looksUp ? above : [0]) {
      const id = newId()
      const target = join(file.folder, `cut-${id}`)
      const workFolder = join(file.folder, `work-${id}`)
      try {
        const { records } = asked
        const cut = { files, records, above: rowsAbove, target }
        const pieces = await rooms.cut(cut, quiet(signal))
        const input = { ...asked, recordsFile: target, pieces, workFolder }
        const { rows, isSure } = await rooms.work(input, quiet(signal))
        if (isSure || rowsAbove === above.at(-1)) return rows
      } finally {
        await rm(target, { force: true })
      }
    }
    return []
  }

  async #hold(
    file: WholeFile,
    tried: Tried,
    withRecords: boolean,
    signal: AbortSignal,
    told: (share: number) => void,
  ): Promise<Held<Effect>> {
    const { labelled } = await file.whole(signal)
    const { recipe, labels, writtenAs } = tried
    const asked = { recipe, labels, writtenAs }
    return await file.effects.hold(JSON.stringify([asked, withRecords]), signal, async (stop) => {
      const id = this.#parts.newId()
      const changed = withRecords ? join(file.folder, `changed-${id}`) : null
      const duplicates = recipe.map((_, index) => join(file.folder, `duplicates-${id}-${index}`))
      const brought = await this.#bring(file, recipe, stop)
      try {
        const effect = await this.#parts.rooms.effect(
          {
            recordsFile: file.recordsFile,
            ...asked,
            labelsInFile: labelled,
            outside: brought.value,
            changedFile: changed,
            workFolder: join(file.folder, `work-${id}`),
            comparedFiles: duplicates,
          },
          { ...quiet(stop), report: ({ share }) => told(share) },
        )
        return { effect, duplicates, changed }
      } finally {
        await brought.release()
      }
    })
  }
}

/** A row without cells, or one of which nothing was worked. */
function unworked({ record, line, cells, longer, fate }: LookRow): WorkedRow {
  return {
    record,
    line,
    cells,
    before: {},
    longer,
    fate: fate.kind === 'broken' ? fate : { kind: 'stands' },
  }
}
