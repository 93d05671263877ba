/** What a column holds that a step may be suggested for, from its different cells, one after the other. */
import type { ColumnFindings, Found } from '../../shared/domain/recipe/findings.ts'
import { examplesShown } from '../../shared/domain/recipe/findings.ts'
import type { ColumnProfile, ValueCount } from '../../shared/domain/files/profile.ts'
import { FormatGuess, keepFirst } from '../../shared/domain/cells/proposeFormats.ts'
import { mostSimilarLooked, similarGroups } from '../../shared/domain/cells/similar.ts'
import type { Example } from '../../shared/domain/recipe/suggestion.ts'
import { whiteSpace } from './scan/whiteSpace.ts'

/** Say nothing in any column: what databases, spreadsheets and programs write for it, and errors of formulas. */
const nothing = new Set(
  'null|\\n|n/a|#n/a|#nv|n.a.|nan|-|--|---|(null)|(empty)|(blank)|#value!|#wert!|#ref!|#bezug!|#div/0!|#name?|#num!|#zahl!|#null!'.split(
    '|',
  ),
)
/** May say nothing: a person knows. */
const maybeNothing = new Set(
  'na|none|nil|unknown|unbekannt|k.a.|k. a.|keine angabe|ohne angabe|not available|not specified|tbd|?|??|???|.|*|inconnu|desconocido'.split(
    '|',
  ),
)
const spaces = new RegExp(`[${whiteSpace}]+`, 'gu')
const outside = new RegExp(`^[${whiteSpace}]+|[${whiteSpace}]+$`, 'gu')

const plainNumber = /^[+-]?\d[\d.,' \u00a0\u202f]*$/
const withUnit = /^[+-]?\d[\d.,' \u00a0\u202f]*?[ \u00a0\u202f]*(\p{L}[\p{L}²³/]{0,9}\.?)$/u
/** Of two words in several spellings. */
const mostWords = 6
/** A column with more different words behind its numbers has no units. */
const mostUnits = 10
/** Longer values are sentences, and where most of many values are different, they are names: nobody asks how they are spelled. */
const longestSpelled = 80
const mostDifferent = 0.5
const fewDifferent = 50

interface Counted extends Found {
  examples: Example[]
}
const none = (): Counted => ({ cells: 0, examples: [] })

/** Memory is bounded: of what there may be many, the first are kept. */
export class FoundInCells {
  readonly #profile: ColumnProfile
  readonly #ends = none()
  readonly #inside = none()
  readonly #notUpper = none()
  readonly #notLower = none()
  #letters = 0
  #numbers = 0
  #units: Map<string, Counted> | null = new Map()
  readonly #nothing: ValueCount[] = []
  readonly #maybeNothing: ValueCount[] = []
  readonly #formats: FormatGuess | null
  #words: ValueCount[] | null = []
  /** null: too many, or nothing that is spelled. */
  #values: ValueCount[] | null

  constructor(profile: ColumnProfile) {
    this.#profile = profile
    const { column, distinct, filled, isKey } = profile
    const isSpelled =
      column.type === 'text' &&
      !isKey &&
      distinct <= Math.min(mostSimilarLooked, Math.max(fewDifferent, filled * mostDifferent))
    this.#values = isSpelled ? [] : null
    const isRead = column.type !== 'text' && column.type !== 'integer'
    this.#formats = isRead ? null : new FormatGuess(column.label, filled)
  }

  /** One of the different cells, which is filled. */
  add(one: ValueCount): void {
    const { value, count } = one
    if (this.#words !== null)
      this.#words = this.#words.length < mostWords ? [...this.#words, one] : null
    const trimmed = value.replace(outside, '')
    const single = trimmed.replace(spaces, ' ')
    if (trimmed !== value) put(this.#ends, one, trimmed)
    if (single !== trimmed) put(this.#inside, one, value.replace(spaces, ' '))
    const lower = value.toLowerCase()
    if (nothing.has(lower)) this.#nothing.push(one)
    else if (maybeNothing.has(lower)) this.#maybeNothing.push(one)
    else this.#formats?.add(one)
    const upper = value.toUpperCase()
    if (lower !== upper) {
      this.#letters += count
      if (value !== upper) put(this.#notUpper, one, upper)
      if (value !== lower) put(this.#notLower, one, lower)
    }
    if (plainNumber.test(value)) this.#numbers += count
    else this.#addUnit(one)
    if (value.length <= longestSpelled) this.#values?.push(one)
    else this.#values = null
  }

  #addUnit(one: ValueCount): void {
    const unit = withUnit.exec(one.value)?.[1]
    if (unit === undefined || this.#units === null) return
    const found = this.#units.get(unit) ?? none()
    put(found, one, one.value.slice(0, -unit.length).trimEnd())
    this.#units.set(unit, found)
    if (this.#units.size > mostUnits) this.#units = null
  }

  found(gaps: ColumnFindings['gaps']): ColumnFindings {
    return {
      profile: this.#profile,
      ends: this.#ends,
      inside: this.#inside,
      nothing: this.#nothing,
      maybeNothing: this.#maybeNothing,
      similar: similarGroups(this.#values ?? [], 'fingerprint'),
      letters: { cells: this.#letters, notUpper: this.#notUpper, notLower: this.#notLower },
      numbers: this.#numbers,
      units: this.#units,
      formats: this.#formats?.found() ?? [],
      words: this.#words,
      gaps,
    }
  }
}

function put(found: Counted, { value, count, line }: ValueCount, after: string): void {
  found.cells += count
  keepFirst(found.examples, { before: value, after, count, line }, examplesShown)
}
