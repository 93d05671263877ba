import { isUtf8 } from 'node:buffer'
import type { Reason } from '../../../shared/domain/files/quarantine.ts'
import type { Extent } from './splitter.ts'

/** One for each column that is known; undefined or null where there is no value. */
export type Cells = readonly (string | null | undefined)[]

/** Objects in objects become columns down to here; what is deeper stays as it is written. */
const maxDepth = 16
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const quote = 0x22
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b

/** What stands under a name. */
interface Place {
  /** The name as it was written, with its quotes. */
  written: string
  label: string
  /** -1 as long as only objects were met here. */
  column: number
  below: Names
  /** Whose name came behind this one the last time; most records have the same names in the same order. */
  next: Place | null
}

/** The names of an object. */
class Names {
  /** `store.`: of the labels. */
  readonly prefix: string
  readonly places = new Map<string, Place>()
  first: Place | null = null

  constructor(prefix: string) {
    this.prefix = prefix
  }
}

/** The columns that records have had so far, in the order in which they were met. */
export class Columns {
  /** `store.city` for what stands in an object. */
  readonly labels: string[] = []
  readonly names = new Names('')
}

/** Why a record cannot stand, in one sentence. */
export class Unreadable extends Error {
  readonly code: Reason['code']

  constructor(message: string, code: Reason['code'] = 'structure-error') {
    super(message)
    this.code = code
  }
}

/**
 * Reads records written as JSON objects into cells. Own code, because `JSON.parse` makes `12345678901234567890` and `1.50` other
 * numbers, and keeping their text by its reviver costs six times as much: numbers stay as they are written. Lists stay as
 * JSON, too; null is no value.
 */
export class RecordParser {
  readonly #columns: Columns
  #text = ''
  #at = 0
  /** The next backslash at or behind `#at`, where it was looked for. */
  #backslash = -1
  #cells: (string | null | undefined)[] = []

  constructor(columns: Columns) {
    this.#columns = columns
  }

  /** What a record of the file holds, or why it cannot stand. */
  read({ bytes, isTooLong }: Pick<Extent, 'bytes' | 'isTooLong'>): Cells | Unreadable {
    if (isTooLong) return new Unreadable('This record is longer than 1 MiB.')
    if (!isUtf8(bytes))
      return new Unreadable('This record has bytes that are no text in UTF-8.', 'encoding-error')
    try {
      return this.#parse(bytes.toString('utf8'))
    } catch (thrown) {
      if (thrown instanceof Unreadable) return thrown
      throw thrown
    }
  }

  #parse(text: string): Cells {
    this.#text = text
    this.#at = 0
    this.#backslash = -1
    this.#cells = Array<undefined>(this.#columns.labels.length).fill(undefined)
    if (this.#next() !== openBrace)
      throw new Unreadable('This record is no object, so nobody knows the names of its values.')
    this.#object(this.#columns.names, 1)
    this.#next()
    if (this.#at < text.length) throw this.#wrong()
    return this.#cells
  }

  /** The code of the next character that is no white space; NaN at the end. */
  #next(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
      this.#at += 1
    }
  }

  #object(names: Names, depth: number): void {
    this.#at += 1
    if (this.#next() === closeBrace) {
      this.#at += 1
      return
    }
    let before: Place | null = null
    for (;;) {
      if (this.#next() !== quote) throw this.#wrong()
      const place = this.#place(names, before === null ? names.first : before.next)
      if (before === null) names.first = place
      else before.next = place
      before = place
      if (this.#next() !== 0x3a) throw this.#wrong()
      this.#at += 1
      if (this.#next() === openBrace && depth < maxDepth) this.#object(place.below, depth + 1)
      else {
        const value = this.#value()
        if (place.column < 0) place.column = this.#columns.labels.push(place.label) - 1
        if (this.#cells[place.column] !== undefined)
          throw new Unreadable(`This record has two values of the name “${place.label}”.`)
        this.#cells[place.column] = value
      }
      const code = this.#next()
      this.#at += 1
      if (code === closeBrace) return
      if (code === 0x2c) this.#next()
      else throw this.#wrong(-1)
    }
  }

  /** Over a name, which is looked up only where it is not the expected one. */
  #place(names: Names, expected: Place | null): Place {
    const start = this.#at
    if (expected !== null && this.#text.startsWith(expected.written, start)) {
      this.#at += expected.written.length
      return expected
    }
    const name = this.#string()
    const known = names.places.get(name)
    if (known !== undefined) return known
    const written = this.#text.slice(start, this.#at)
    const label = names.prefix + name
    const below = new Names(`${label}.`)
    const place: Place = { written, label, column: -1, below, next: null }
    names.places.set(name, place)
    return place
  }

  #value(): string | null {
    const code = this.#next()
    if (code === quote) return this.#string()
    if (code === openBracket || code === openBrace) return this.#nested()
    if (code === 0x74) return this.#word('true', 'true')
    if (code === 0x66) return this.#word('false', 'false')
    if (code === 0x6e) return this.#word('null', null)
    number.lastIndex = this.#at
    const found = number.exec(this.#text)?.[0]
    if (found === undefined) throw this.#wrong()
    this.#at += found.length
    return found
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw this.#wrong()
    this.#at += word.length
    return value
  }

  #string(): string {
    const start = this.#at + 1
    if (this.#backslash < start) {
      const found = this.#text.indexOf('\\', start)
      this.#backslash = found < 0 ? Infinity : found
    }
    const end = this.#text.indexOf('"', start)
    if (end >= 0 && end < this.#backslash) {
      this.#at = end + 1
      return this.#text.slice(start, end)
    }
    const whole = this.#text.slice(start - 1, endOfString(this.#text, start))
    const value = parsed(whole)
    if (typeof value !== 'string') throw this.#wrong()
    if (!value.isWellFormed())
      throw new Unreadable('This record contains half of a character.', 'encoding-error')
    this.#at += whole.length
    return value
  }

  /** A list, or what is too deep: as it is written, on one line. */
  #nested(): string {
    const start = this.#at
    let depth = 0
    do {
      const code = this.#text.charCodeAt(this.#at)
      if (Number.isNaN(code)) throw this.#wrong()
      if (code === quote) this.#at = endOfString(this.#text, this.#at + 1) - 1
      else if (code === openBrace || code === openBracket) depth += 1
      else if (code === closeBrace || code === 0x5d) depth -= 1
      this.#at += 1
    } while (depth > 0)
    const text = this.#text.slice(start, this.#at)
    if (parsed(text) === undefined) {
      this.#at = start
      throw this.#wrong()
    }
    return /[\n\r]/.test(text)
      ? text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, inQuotes?: string) => inQuotes ?? '')
      : text
  }

  #wrong(by = 0): Unreadable {
    const at = this.#at + by
    const here = this.#text.slice(at, at + 20)
    return new Unreadable(
      here === ''
        ? 'This record is no valid JSON: it ends too early.'
        : `This record is no valid JSON from “${here}” on.`,
    )
  }
}

/** Behind the quote that ends the string whose first character is at `start`; the end of the text where none does. */
function endOfString(text: string, start: number): number {
  for (let at = start; ; at += 1) {
    at = text.indexOf('"', at)
    if (at < 0) return text.length
    let before = at
    while (before > start && text.charCodeAt(before - 1) === 0x5c) before -= 1
    if ((at - before) % 2 === 0) return at + 1
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
