import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { DuckDBValue } from '@duckdb/node-api'
import { DuckDBListValue, DuckDBStructValue } from '@duckdb/node-api'
import type { Column } from '../../shared/domain/datasets/dataset.ts'
import type { HeldRow, Reason } from '../../shared/domain/files/quarantine.ts'
import type { Recipe, RecipeStep } from '../../shared/domain/recipe/recipe.ts'
import { isParse, notRead } from '../../shared/domain/cells/parsedCells.ts'
import { findColumn } from '../../shared/domain/recipe/recipeFit.ts'
import { stepInSentence } from '../../shared/domain/recipe/recipeWords.ts'
import type { RowRule } from '../../shared/domain/rules/rules.ts'
import { boundText, rowRuleWords } from '../../shared/domain/rules/ruleWords.ts'
import { plural } from '../../shared/domain/sizes.ts'
import { typeWords } from '../../shared/domain/columns/typeWords.ts'
import { recordsLayout } from '../../shared/domain/files/records.ts'
import type { CleanInput } from '../runs/ports/cleaning.ts'
import type { Engine } from '../duckdb/engine.ts'
import { scaleOf } from '../duckdb/types.ts'
import { formulaFaults } from './duckdb/formula.ts'
import { lookUpFaults } from './duckdb/lookUp.ts'
import { parseFaults } from './duckdb/parse.ts'
import { widerFaults } from './duckdb/wider.ts'
import { type CellCheck, type RowCheck, cellChecks, rowChecks } from './duckdb/labels.ts'
import type { MatchedColumn } from './match.ts'
import { labelOf } from './rules.ts'
import { type Decoder, decoderOf } from '../files/decoding.ts'

/** Bytes of a record's raw text that are kept. */
const maxRawBytes = 64 * 1024
/** Bytes fetched at once while held-back records stand close together in the source. */
const windowBytes = 1024 * 1024
/** Characters of quarantine collected before they are written. */
const batchCharacters = 256 * 1024

/** What held the records back: columns of the contract, and steps of the recipe by their place. */
export interface Judges {
  columns: readonly MatchedColumn[]
  rules: readonly RowRule[]
  recipe: Recipe
}

/**
 * Writes the held-back records that a statement selects (`rec`, `line`, `off`, `len`, and what `reasonsOf` reads reasons from), one `HeldRow` a
 * line, in file order; answers with their number. Memory does not grow with it.
 */
export async function writeHeldRows(
  engine: Engine,
  held: string,
  reasonsOf: (labels: DuckDBValue | undefined) => Reason[],
  input: Pick<CleanInput, 'sourceFile' | 'recordsFile' | 'raw'>,
  target: string,
  signal: AbortSignal,
): Promise<number> {
  const raw =
    input.raw.in === 'source'
      ? new RawRecords(await open(input.sourceFile, 'r'), input.raw.encoding)
      : new RawRecords(await open(input.recordsFile, 'r'), recordsLayout.encoding)
  try {
    const file = await open(target, 'w')
    try {
      const result = await engine.stream(held)
      let rows = 0
      let batch = ''
      for (;;) {
        signal.throwIfAborted()
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) break
        for (const [record, line, offset, length, labels] of chunk.getRows()) {
          const at = { offset: Number(offset), lengthBytes: Number(length) }
          // Most have been fetched with one before them.
          if (!raw.holds(at)) await raw.fetch(at)
          const row: HeldRow = {
            record: Number(record),
            line: Number(line),
            raw: raw.cut(at),
            reasons: reasonsOf(labels),
          }
          rows += 1
          batch += `${JSON.stringify(row)}\n`
          if (batch.length < batchCharacters) continue
          await file.writeFile(batch)
          batch = ''
          signal.throwIfAborted()
        }
      }
      await file.writeFile(batch)
      await file.sync()
      return rows
    } finally {
      await file.close()
    }
  } finally {
    await raw.close()
  }
}

interface Place {
  offset: number
  lengthBytes: number
}

/** Cuts records out of a file, which is read forwards. */
class RawRecords {
  readonly #file: FileHandle
  readonly #encoding: string
  readonly #decoder: Decoder
  /** One for all records, as a new one for each would have to be collected. */
  readonly #window = Buffer.allocUnsafe(windowBytes)
  #start = 0
  #end = 0
  #lastEnd = -1

  constructor(file: FileHandle, encoding: string) {
    this.#file = file
    this.#encoding = encoding
    this.#decoder = decoderOf(encoding)
  }

  /** Whether the text of a record, as much of it as is kept, is at hand. */
  holds({ offset, lengthBytes }: Place): boolean {
    return offset >= this.#start && offset + keptOf(lengthBytes) <= this.#end
  }

  async fetch({ offset, lengthBytes }: Place): Promise<void> {
    const isNear = this.#lastEnd >= 0 && offset - this.#lastEnd < windowBytes
    const wanted = isNear ? windowBytes : keptOf(lengthBytes)
    this.#start = offset
    this.#end = offset
    while (this.#end < offset + wanted) {
      const filled = this.#end - offset
      const { bytesRead } = await this.#file.read(
        this.#window,
        filled,
        wanted - filled,
        offset + filled,
      )
      if (bytesRead === 0) break
      this.#end += bytesRead
    }
  }

  /** Of a record that was fetched. */
  cut({ offset, lengthBytes }: Place): string {
    const kept = keptOf(lengthBytes)
    this.#lastEnd = offset + kept
    const from = offset - this.#start
    const bytes = this.#window.subarray(from, Math.min(from + kept, this.#end - this.#start))
    // `stream` leaves out a character that the limit cut in two, and would remember it.
    const isCut = kept < lengthBytes
    const text = isCut
      ? decoderOf(this.#encoding).decode(bytes, { stream: true })
      : this.#decoder.decode(bytes)
    return text.replace(/[\r\n]+$/, '')
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

const keptOf = (lengthBytes: number): number => Math.min(lengthBytes, maxRawBytes)

/** Reasons of the labels that `selectHeld` selects. */
export function reasonsOf(
  labels: DuckDBValue | undefined,
  { columns, rules, recipe }: Judges,
): Reason[] {
  if (!(labels instanceof DuckDBListValue)) return []
  // Parts come in the order of the file; the reasons stand in the order of the contract, those about the whole record last.
  const nameOf = (wanted: string): string =>
    findColumn(
      columns.map(({ column }) => column),
      wanted,
    )?.name ?? ''
  const structs = labels.items.filter((label) => label instanceof DuckDBStructValue)
  const place = ({ entries: { check, nth } }: DuckDBStructValue): number =>
    Number(nth) + (rowChecks.some((known) => known === check) ? columns.length : 0)
  structs.sort((one, other) => place(one) - place(other))
  return structs.flatMap((label) => {
    const { check, nth, value, first } = label.entries
    const ofStep = reasonOfFailed(label, recipe, nameOf)
    if (ofStep !== null) return [ofStep]
    const before = first === null ? null : Number(first)
    const rule = rules[Number(nth)]
    const ofRow = rowChecks.find((known) => known === check)
    if (ofRow !== undefined)
      return rule === undefined ? [] : [reasonOfRule(ofRow, rule, columns, String(value), before)]
    const column = columns[Number(nth)]?.column
    const failed = cellChecks.find((known) => known === check)
    if (column === undefined || failed === undefined) return []
    return [reasonFor(failed, column, String(value), before)]
  })
}

/** What a label says that a step has made; null: none has. `nameOf`: the name in the table of a column that a step is about. */
export function reasonOfFailed(
  { entries }: DuckDBStructValue,
  recipe: Recipe,
  nameOf: (label: string) => string = () => '',
): Reason | null {
  const { check, nth, value, first = null } = entries
  const step = recipe[Number(nth)]
  const fault = stepFaults.find((known) => known === check)
  return fault === undefined || step === undefined
    ? null
    : reasonOfStep(
        fault,
        Number(nth),
        step,
        String(value),
        first === null ? null : Number(first),
        nameOf,
      )
}

/** A rule about more than one cell that a record breaks. */
export function reasonOfRule(
  check: RowCheck,
  rule: RowRule,
  columns: readonly MatchedColumn[],
  value: string,
  first: number | null,
): Reason {
  const label = labelOf(columns)
  const names = (of: readonly string[]): string =>
    of.map((name) => `“${label(name)}”`).join(' and ')
  const on = rule.kind === 'key' ? rule.columns : rule.kind === 'foreign' ? [rule.column] : []
  const reason = (code: Reason['code'], message: string): Reason => ({
    code,
    column: on.length === 1 ? (on[0] ?? '') : '',
    value,
    message,
  })
  switch (check) {
    case 'key':
      return reason(
        'primary-key',
        `${quoted(value)} in ${names(on)} must not repeat, but is already in line ${first ?? '?'}.`,
      )
    case 'key-empty':
      return reason(
        'primary-key',
        `${names(on)} must not ${on.length === 1 ? '' : 'all '}be empty.`,
      )
    case 'formula':
      return reason(
        'row-constraint',
        rowRuleWords(rule, label) + `, but not with ${quoted(value)}.`,
      )
    case 'foreign': {
      const of = rule.kind === 'foreign' ? `“${rule.to}” of the dataset ${rule.dataset}` : ''
      return reason('foreign-key', `${quoted(value)} in ${names(on)} is no ${of}.`)
    }
  }
}

/** Longest piece of a cell that a sentence repeats. */
const quotedCharacters = 60

function quoted(value: string): string {
  return value.length > quotedCharacters ? `“${value.slice(0, quotedCharacters)}…”` : `“${value}”`
}

const stepFaults = [...formulaFaults, ...lookUpFaults, ...parseFaults, ...widerFaults] as const

/** What a step cannot make of a record. */
function reasonOfStep(
  check: (typeof stepFaults)[number],
  place: number,
  step: RecipeStep,
  value: string,
  first: number | null,
  nameOf: (label: string) => string,
): Reason {
  const needed = `which ${stepInSentence(step, place)}, needs`
  const dataset = step.kind === 'look-up' ? step.dataset : ''
  const soughtIn = `the dataset ${dataset}, where step ${place + 1} looks it up`
  const reason = (code: Reason['code'], message: string): Reason => ({
    code,
    column: '',
    value,
    message,
  })
  switch (check) {
    case 'no-number':
      return reason('type-error', `${quoted(value)} is not a number, ${needed}.`)
    case 'no-date':
      return reason('type-error', `${quoted(value)} is not a date, ${needed}.`)
    case 'by-zero':
      return reason('constraint-error', `${value} divides by zero, ${needed}.`)
    case 'too-large':
      return reason('constraint-error', `${value} is too large, ${needed}.`)
    case 'not-written-so':
    case 'written-both-ways': {
      if (!isParse(step)) return reason('type-error', `${quoted(value)} is not read, ${needed}.`)
      // The label has the place of the column among those of the step.
      const label = step.columns[first ?? 0] ?? ''
      const message = `${quoted(value)} in “${label}” ${notRead(step, value)} (step ${place + 1}).`
      return { ...reason('type-error', message), column: nameOf(label) }
    }
    case 'unmatched':
      return reason('foreign-key', `${quoted(value)} is not in ${soughtIn}.`)
    case 'several':
      return reason(
        'foreign-key',
        `${quoted(value)} stands several times, with different values, in ${soughtIn}.`,
      )
    case 'no-key':
      return reason('required-value', `All keys are empty, ${needed}.`)
    case 'no-name':
      return reason(
        'constraint-error',
        value === ''
          ? `There is no name for the column, ${needed}.`
          : `${quoted(value)} is none of the columns of step ${place + 1}, which puts rows together.`,
      )
    case 'second-value':
      return reason(
        'unique-error',
        `${quoted(value)} stands twice for the same key, in line ${first ?? '?'}, too, and step ${place + 1}, which puts rows together, has place for one.`,
      )
    case 'put-with':
      return reason(
        'row-constraint',
        `Step ${place + 1} puts it together with a row of the same key that does not fit.`,
      )
  }
}

/** A failed check in Frictionless' code and in a sentence. `first`: the line where a unique value stood before. */
export function reasonFor(
  check: CellCheck,
  column: Column,
  value: string,
  first: number | null,
): Reason {
  // The person knows the label in the file, not the name in the table.
  const name = `“${column.label}”`
  const cell = quoted(value)
  const reason = (code: Reason['code'], message: string): Reason => ({
    code,
    column: column.name,
    value,
    message,
  })
  switch (check) {
    case 'type':
      return reason('type-error', `${cell} in ${name} is not ${typeWords(column)}.`)
    case 'scale':
      return reason(
        'type-error',
        `${cell} in ${name} has more than ${scaleOf(column)} digits after the decimal mark.`,
      )
    case 'required':
      return reason('required-value', `${name} is empty, but must have a value.`)
    case 'min':
      return reason(
        'constraint-error',
        `${cell} in ${name} is less than ${boundText(column.type, column.min)}.`,
      )
    case 'max':
      return reason(
        'constraint-error',
        `${cell} in ${name} is more than ${boundText(column.type, column.max)}.`,
      )
    case 'min-length':
      return reason(
        'constraint-error',
        `${cell} in ${name} has fewer than ${plural(column.minLength ?? 0, 'character')}.`,
      )
    case 'max-length':
      return reason(
        'constraint-error',
        `${cell} in ${name} has more than ${plural(column.maxLength ?? 0, 'character')}.`,
      )
    case 'pattern':
      return reason(
        'constraint-error',
        `${cell} in ${name} does not fit the pattern ${column.pattern ?? ''}.`,
      )
    case 'one-of':
      return reason('constraint-error', `${cell} in ${name} is not one of the allowed values.`)
    case 'unique':
      return reason(
        'unique-error',
        `${cell} in ${name} must not repeat, but is already in line ${first ?? '?'}.`,
      )
  }
}
