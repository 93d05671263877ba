import { join } from 'node:path'
import {
  type LookRow,
  type LookState,
  type LookFilter,
  type LookOrder,
  type LookView,
  isOfRows,
  needsCheck,
} from '../../../shared/domain/files/look.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import {
  knownLabels,
  readHeader,
  spanUnder,
  writtenAs,
} from '../../../shared/domain/columns/header.ts'
import { type Recipe, defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'
import type { EffectState } from '../../../shared/domain/recipe/effect.ts'
import type { Checking, ProfileInput } from './checking.ts'
import { type Between, Effects, type EffectsParts, type Tried, type Worked } from './effects.ts'
import { pause } from '../pause.ts'
import type { LookFiles } from '../ports/looking.ts'
import { limited } from './limited.ts'
import type { Rooms } from '../ports/rooms.ts'
import { quiet } from '../quiet.ts'
import type { Held } from './shared.ts'
import type { Checked, Chosen, Effect, WholeFile, WholeFiles } from './wholeFiles.ts'

/** A person does not wait longer for rows that a filter lets through. */
const selectLimitMs = 10 * 60_000

export interface LooksParts {
  rooms: Pick<Rooms, 'page' | 'find' | 'select' | 'effect' | 'cut' | 'work'>
  files: WholeFiles
  checking: Checking
  newId: () => string
  bring: EffectsParts['bring']
}

export interface RowsInput extends ProfileInput {
  filters: LookFilter[]
  order: LookOrder | null
  /** The columns that these name, as they are shown. */
  typed: Column[]
  /** Row, from 0. */
  from: number
  limit: number
}

/** What of the rows between two places of a recipe is shown. */
interface Shown extends Between {
  view: LookView
}

export interface WorkedInput extends Omit<RowsInput, 'recipe'>, Shown {}

export interface FindRowInput extends Omit<RowsInput, 'from' | 'limit'> {
  line: number
  /** As what the rows are shown; absent: as the file has them. */
  between?: Shown | undefined
}

const toldEveryMs = { reading: 150, whole: 2000 }

/** Every row of a chosen file, before it is sent: scrolled through, filtered, brought into order. */
export class Looks {
  readonly #parts: LooksParts
  readonly #effects: Effects

  constructor(parts: LooksParts) {
    this.#parts = parts
    this.#effects = new Effects(parts)
  }

  /**
   * How far the file has been read, until it is another one. What was read is kept for as long as somebody follows.
   * Throws what reading does, and `disk-full` where there is no room for it.
   */
  async *follow(
    input: Pick<ProfileInput, 'source' | 'reading' | 'dataset'>,
    signal: AbortSignal,
  ): AsyncGenerator<LookState> {
    const { value: file, release } = await this.#parts.files.hold(
      this.#parts.checking.wanted(input),
      signal,
    )
    try {
      let told = ''
      while (!signal.aborted) {
        const state = file.state()
        const news = JSON.stringify(state)
        if (news !== told) yield state
        told = news
        if (!(await file.isSame())) return yield { kind: 'changed' }
        if (state.kind === 'reading') {
          // Where it fails, this throws why.
          const read = file.whole(signal)
          await Promise.race([read, pause(toldEveryMs.reading, signal)])
          read.catch(() => {})
        } else await pause(toldEveryMs.whole, signal)
      }
    } finally {
      await release()
    }
  }

  /** A page of rows, and how many there are in all so far. */
  rows(input: RowsInput, signal: AbortSignal): Promise<{ rows: LookRow[]; total: number }> {
    const { from, limit } = input
    return this.#through(input, signal, async (files, total) => ({
      rows: await this.#parts.rooms.page({ files, from, limit }, quiet(signal)),
      total,
    }))
  }

  /** The row, from 0, in which a line of the file stands; null: there is none. */
  find(input: FindRowInput, signal: AbortSignal): Promise<number | null> {
    const { line, between } = input
    return this.#through(
      input,
      signal,
      (files) => this.#parts.rooms.find({ files, line }, quiet(signal)),
      between,
    )
  }

  /** What a recipe does to every row of the file, in the end. Throws what reading and working it do. */
  async *effect(
    { recipe, ...input }: Omit<ProfileInput, 'columns' | 'recipe'> & { recipe: Recipe },
    signal: AbortSignal,
  ): AsyncGenerator<EffectState> {
    const wanted = this.#parts.checking.wanted(input)
    const { value: file, release } = await this.#parts.files.holdOpen(wanted, signal)
    try {
      const tried = await this.#tried(file, { ...input, recipe }, signal)
      yield* this.#effects.follow(file, tried, signal)
    } finally {
      await release()
    }
  }

  /** A page of rows as the steps up to a place of a recipe leave them. */
  worked(input: WorkedInput, signal: AbortSignal): Promise<Worked & { total: number }> {
    const { from, limit } = input
    return this.#through(
      input,
      signal,
      async (files, total, file) => {
        const rows = await this.#parts.rooms.page({ files, from, limit }, quiet(signal))
        const tried = await this.#tried(file, input, signal)
        return { ...(await this.#effects.worked(file, rows, files, tried, signal)), total }
      },
      input,
    )
  }

  /** What is tried, under the labels by which its dataset knows the columns; a header that nobody has decided on is taken as it is. */
  async #tried(
    file: WholeFile,
    input: ProfileInput & { recipe: Recipe; since?: number; upTo?: number },
    signal: AbortSignal,
  ): Promise<Tried & Between> {
    const read = await file.whole(signal)
    const { recipe, since = 0, upTo = recipe.length } = input
    const { dataset, header } = this.#parts.checking.asked(input)
    const { map } = readHeader(dataset, read.labels, header, [])
    const labels = knownLabels(read.labels, map)
    return {
      ...spanUnder(recipe, map, { since, upTo }),
      labels,
      writtenAs: writtenAs(read.labels, map),
    }
  }

  async #through<Result>(
    given: Omit<RowsInput, 'from' | 'limit'>,
    signal: AbortSignal,
    work: (files: LookFiles, total: number, file: WholeFile) => Promise<Result>,
    shown?: Shown,
  ): Promise<Result> {
    const { checking } = this.#parts
    const since = shown?.since ?? 0
    const recipe = shown?.recipe.slice(0, shown.upTo) ?? given.recipe
    const input = { ...given, recipe }
    const { value: file, release } = await this.#parts.files.holdOpen(
      checking.wanted(input),
      signal,
    )
    let checked: Held<Checked> | null = null
    let chosen: Held<Chosen> | null = null
    let effect: Held<Effect> | null = null
    try {
      checked = await this.#checked(file, input, signal)
      const files: LookFiles = {
        records: file.recordsFile,
        index: file.indexFile,
        broken: file.brokenFile,
        repaired: file.repairedFile,
        held: checked?.value.held ?? null,
        dropped: checked?.value.dropped ?? null,
        changed: null,
        chosen: null,
      }
      if (input.filters.some(({ kind }) => kind === 'changed')) {
        const under = recipe ?? checking.asked(input).dataset?.recipe ?? defaultRecipe
        const tried = await this.#tried(file, { ...input, recipe: under, since }, signal)
        effect = await this.#effects.holdChanged(file, tried, signal)
        const { changed } = effect.value
        if (changed !== null)
          files.changed = { file: changed, since: tried.since, upTo: tried.upTo }
      }
      const state = file.state()
      if (input.filters.length > 0 || input.order !== null)
        chosen = await this.#chosen(file, files, input, shown, signal)
      const total = chosen?.value.rows ?? (state.kind === 'changed' ? 0 : state.rows)
      return await work({ ...files, chosen: chosen?.value.file ?? null }, total, file)
    } finally {
      await chosen?.release()
      await effect?.release()
      await checked?.release()
      await release()
    }
  }

  /** What is known of it; a filter by it asks for it. */
  async #checked(
    file: WholeFile,
    input: Omit<RowsInput, 'from' | 'limit'>,
    signal: AbortSignal,
  ): Promise<Held<Checked> | null> {
    const { checking } = this.#parts
    return needsCheck(input.filters)
      ? await checking.hold(file, input, signal)
      : checking.holdMade(file, input)
  }

  async #chosen(
    file: WholeFile,
    files: LookFiles,
    input: Omit<RowsInput, 'from' | 'limit'>,
    between: Shown | undefined,
    signal: AbortSignal,
  ): Promise<Held<Chosen>> {
    const { rooms, checking, newId } = this.#parts
    const { filters, order, typed } = input
    const read = await file.whole(signal)
    const under = await checking.cleaned(file, checking.asked(input), read)
    const { labels, writtenAs } = under
    // One that is tried is worked as far as it fits.
    const end =
      input.recipe === undefined ? undefined : fitRecipe(under.recipe, labels).fault?.index
    // The screen knows the columns by the labels of the file.
    const known = (label: string): string => labels[read.labels.indexOf(label)] ?? label
    const isShown = between !== undefined && filters.some(({ kind }) => kind === 'contains')
    const shown = isShown
      ? { ...(await this.#tried(file, { ...input, ...between }, signal)), view: between.view }
      : null
    const asked = {
      filters: filters.map((filter) =>
        'column' in filter && filter.column !== null
          ? { ...filter, column: known(filter.column) }
          : filter,
      ),
      order: order === null ? null : { ...order, column: known(order.column) },
      // Rows that a step drops are shown, too.
      recipe: order === null && isOfRows(filters) ? [] : under.recipe.slice(0, end),
      columns: typed.map((column) => ({ ...column, label: known(column.label) })),
    }
    // Types and rules decide what a check finds, and nothing else of what was asked says them.
    const found = [...(needsCheck(filters) ? [files.held, files.dropped] : []), files.changed]
    return await file.chosen.hold(JSON.stringify([asked, shown, found]), signal, async (stop) => {
      const needs = shown === null ? null : await this.#effects.holdNeeds(file, shown, stop)
      const id = newId()
      const chosenFile = join(file.folder, `chosen-${id}`)
      const workFolder = join(file.folder, `work-${id}`)
      const wanted = {
        ...asked,
        shown: shown && { ...shown, comparedFiles: needs?.value.comparedFiles ?? [] },
        ...(needs === null ? {} : { outside: needs.value.outside }),
        files,
        labels,
        ...(writtenAs === undefined ? {} : { writtenAs }),
        labelsInFile: read.labelled,
        workFolder,
        chosenFile,
      }
      try {
        const rows = await limited(stop, selectLimitMs, (ending) =>
          rooms.select(wanted, quiet(ending)),
        )
        return { file: chosenFile, rows }
      } finally {
        await needs?.release()
      }
    })
  }
}
