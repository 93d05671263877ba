/** What a recipe asks of the cells and records that are scanned. */
import type { RecipeStep, StepKind, StepOf } from '../../../shared/domain/recipe/recipe.ts'
import { kind } from './kinds.ts'

/** Whether the first filled cell of a record may be a word that drops it, by its first byte: if its second byte may be, too; in any case. */
export const dropsAs = { bySecond: 1, always: 2 } as const

export interface Watch {
  trims: boolean
  unwraps: boolean
  /** Whether a text without a character becomes nothing. */
  emptiesEmpty: boolean
  /** The token that a cell without white space around it is, in lower case; null: none. */
  tokenAt(bytes: Buffer, from: number, to: number): string | null
  mayBeginToken(byte: number): boolean
  longestTokenBytes: number
  blankRows: boolean
  totals: boolean
  /** Whether a record's first filled cell may be a word for totals: true for all that are, and hardly for others. */
  mayBeTotal(bytes: Buffer, from: number, to: number): boolean
  /** Whether the record of which this is the first cell may be the header again: true for all that are, and for few others. */
  mayBeHeader(bytes: Buffer, from: number, to: number, is: number): boolean
  /** The same of both as far as two bytes of it tell. By byte: `dropsAs`, or 0; whether it may be the second of such a word. */
  mayDrop: { first: Uint8Array; second: Uint8Array }
}

const placeOf = {
  trim: 1,
  'unwrap-formulas': 2,
  'empty-tokens': 3,
  'drop-blank-rows': 4,
  'drop-total-rows': 4,
  'drop-repeated-headers': 4,
} as const satisfies Partial<Record<StepKind, number>>

/** A step for every column of which a scan finds whatever it may change or drop. */
export type ScannedStep = StepOf<keyof typeof placeOf> & { id: string }

function isScanned(step: RecipeStep & { id: string }): step is ScannedStep {
  const columns = 'columns' in step ? step.columns : undefined
  return step.kind in placeOf && columns === undefined
}

/**
 * The beginning of a recipe that a scan understands: cells are changed first, each in the usual order and once, then records are
 * dropped, each for what it says itself.
 */
export function scannedSteps(recipe: readonly (RecipeStep & { id: string })[]): ScannedStep[] {
  const steps: ScannedStep[] = []
  let before = 0
  for (const step of recipe) {
    if (!isScanned(step)) break
    const place = placeOf[step.kind]
    if (place < before || (place === before && place !== placeOf['drop-blank-rows'])) break
    before = place
    steps.push(step)
  }
  return steps
}

/** `spellings`: how the label of the first column may be written, in lower case; null: there is no label in the file. */
export function watchFor(
  recipe: readonly ScannedStep[],
  spellings: readonly string[] | null,
): Watch {
  const has = (step: ScannedStep['kind']): boolean => recipe.some((one) => one.kind === step)
  const tokens = recipe.flatMap((step) => (step.kind === 'empty-tokens' ? step.tokens : []))
  const words = recipe.flatMap((step) => (step.kind === 'drop-total-rows' ? step.words : []))
  const token = new WordSet(tokens)
  const total = new WordSet(words)
  const header = has('drop-repeated-headers') && spellings !== null ? new WordSet(spellings) : null
  return {
    trims: has('trim'),
    unwraps: has('unwrap-formulas'),
    emptiesEmpty: token.has(''),
    tokenAt: (bytes, from, to) => token.find(bytes, from, to),
    mayBeginToken: (byte) => token.mayBegin(byte),
    longestTokenBytes: token.longestBytes,
    blankRows: has('drop-blank-rows'),
    totals: words.length > 0,
    mayBeTotal: (bytes, from, to) => total.isLike(bytes, from, to),
    mayBeHeader: (bytes, from, to, is) => {
      if (header === null) return false
      if (is === kind.empty) return header.has('')
      return is === kind.wrapped || header.isLike(bytes, from, to)
    },
    mayDrop: mayDropBy(header === null ? [total] : [total, header]),
  }
}

function mayDropBy(sets: readonly WordSet[]): Watch['mayDrop'] {
  const first = new Uint8Array(256)
  const second = new Uint8Array(256)
  for (let byte = 0; byte < 256; byte += 1) {
    if (isAround(byte)) first[byte] = dropsAs.always
    else if (sets.some((set) => set.mayBegin(byte))) first[byte] = dropsAs.bySecond
    if (isAround(byte) || sets.some((set) => set.mayGoOn(byte))) second[byte] = 1
  }
  return { first, second }
}

/** What a spreadsheet was told to keep as text begins so. */
export function isWrapped(firstByte: number): boolean {
  return firstByte === 0x3d || firstByte === 0x27
}

/** In lower case as the engine writes it: its İ becomes an i alone, that of JavaScript an i with a dot above. */
export const lowered = (text: string): string => text.replaceAll('İ', 'i').toLowerCase()

/** What becomes a letter of ASCII in lower case, and is none. */
const otherCases = { i: 'İ', k: '\u212a' }

/** Words that are compared without regard to case. Most cells are told apart by their first bytes or their length. */
class WordSet {
  readonly #words: ReadonlySet<string>
  readonly longestBytes: number
  /** By byte: whether a word may have it as its first, as its second. */
  readonly #first = new Uint8Array(256)
  readonly #second = new Uint8Array(256)

  constructor(words: readonly string[]) {
    this.#words = new Set(words.map((word) => word.toLowerCase()))
    // In another case a character may have up to three times the bytes.
    this.longestBytes = 3 * Math.max(0, ...[...this.#words].map((word) => Buffer.byteLength(word)))
    const begins = (by: string): boolean => [...this.#words].some((word) => word.startsWith(by))
    for (const [letter, other] of Object.entries(otherCases))
      if (begins(letter)) this.#first[Buffer.from(other)[0] ?? 0] = 1
    if ([...this.#words].some((word) => word > '\x7f')) this.#first.fill(1, 0x80)
    this.#second.fill(1, 0x80)
    for (const word of this.#words)
      for (const form of [word, word.toUpperCase()]) {
        const [first, second] = Buffer.from(form)
        if (first !== undefined) this.#first[first] = 1
        if (second !== undefined) this.#second[second] = 1
      }
  }

  mayBegin(byte: number): boolean {
    return this.#first[byte] === 1
  }

  /** Whether it may be the second byte. */
  mayGoOn(byte: number): boolean {
    return this.#second[byte] === 1
  }

  has(word: string): boolean {
    return this.#words.has(word)
  }

  /** The word that the text is, in lower case; null: none. */
  find(bytes: Buffer, from: number, to: number): string | null {
    if (!this.#mayBegin(bytes, from, to) || to - from > this.longestBytes) return null
    const text = lowered(bytes.toString('utf8', from, to))
    return this.#words.has(text) ? text : null
  }

  /** Whether the text may be a word with white space and colons around it. */
  isLike(bytes: Buffer, from: number, to: number): boolean {
    if (!isAround(bytes[from] ?? 0)) {
      if (!this.#mayBegin(bytes, from, to)) return false
      if (to - from > this.longestBytes && !isAround(bytes[to - 1] ?? 0)) return false
    }
    const text = lowered(bytes.toString('utf8', from, to))
    return this.#words.has(text) || this.#words.has(text.replace(around, ''))
  }

  #mayBegin(bytes: Buffer, from: number, to: number): boolean {
    if (this.#first[bytes[from] ?? 0] === 0) return false
    return (
      to - from < 2 || this.#second[bytes[from + 1] ?? 0] === 1 || isAround(bytes[from + 1] ?? 0)
    )
  }
}

/** Whether a byte is a colon, or may be of white space. */
function isAround(byte: number): boolean {
  return byte <= 0x20 || byte === 0x3a || byte >= 0x80
}
const around = /^[\s\ufeff:]+|[\s\ufeff:]+$/gu
