/** Errors are sentences: every text of a problem in the source reads like one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { modulesIn, root } from './imports.ts'

interface Text {
  where: string
  field: string
  text: string
}

/** What a store manager should not have to read. Codes belong into `detail`. */
const jargon =
  /\b(E[A-Z]{4,}|[A-Z]+_[A-Z_]+|undefined|null|NaN|stack|errno|callback|promise|stderr|stdout|regex|enum|boolean|JSON|HTTP \d)\b/

/** Variables that a person sets. */
const known = /\b(AZURE_[A-Z_]+|PALLET_[A-Z_]+|NODE_EXTRA_CA_CERTS|HTTPS_PROXY)\b/g

/** Kinds of files, which stand in the middle of a sentence. */
const isPart = ({ where, text }: Text): boolean =>
  where === 'main/reading/delimited/binary.ts' && /^(an? |compressed |text in )/.test(text)

/**
 * The literals that stand as `what`, `did` and `advice` in an object. Of alternatives each counts, of
 * a chain of `+` the last; what is inserted by `${…}` is shown as `…`.
 */
export function textsIn(source: string, where: string): Text[] {
  const texts: Text[] = []
  for (const match of source.matchAll(/(?<![\w.'-])(what|did|advice):\s/g)) {
    let at = match.index + match[0].length
    let depth = 0
    let last: string | null = null
    const end = (): void => {
      if (last !== null) texts.push({ where, field: match[1] ?? '', text: last })
      last = null
    }
    for (; at < source.length; at += 1) {
      const character = source[at] ?? ''
      if (character === "'" || character === '`') {
        const literal = literalAt(source, at)
        // A comparison is no text: `kind === 'key' ? …`.
        if (!/[=!]==\s*$/.test(source.slice(0, at))) last = literal.text
        at = literal.end
      } else if ('([{'.includes(character)) depth += 1
      else if (')]}'.includes(character) && (depth -= 1) < 0) break
      else if (depth > 0) continue
      else if (character === ',' || character === ';') break
      else if (character === ':' || character === '?') end()
    }
    end()
  }
  return texts
}

function literalAt(source: string, start: number): { text: string; end: number } {
  const quote = source[start]
  let text = ''
  let at = start + 1
  for (; at < source.length && source[at] !== quote; at += 1) {
    if (source[at] === '\\') {
      at += 1
      text += source[at] ?? ''
    } else if (quote === '`' && source.startsWith('${', at)) {
      let depth = 0
      for (; at < source.length; at += 1) {
        if (source[at] === '{') depth += 1
        if (source[at] === '}' && (depth -= 1) === 0) break
        if ((source[at] === "'" || source[at] === '`') && depth > 0) at = literalAt(source, at).end
      }
      text += '…'
    } else text += source[at] ?? ''
  }
  return { text, end: at }
}

const texts = ['main', 'shared', 'renderer']
  .flatMap(modulesIn)
  .flatMap((module) => textsIn(readFileSync(join(root, module), 'utf8'), module))
const problems = texts.filter((text) => !isPart(text))
const shown = (found: Text[]) => found.map(({ where, field, text }) => `${where} ${field}: ${text}`)

describe('the texts of problems', () => {
  it('are there', () => {
    expect(problems.filter(({ field }) => field === 'what').length).toBeGreaterThan(80)
    expect(problems.filter(({ field }) => field === 'advice').length).toBeGreaterThan(80)
  })

  it('end as sentences do', () => {
    const bad = problems.filter(({ text }) => text !== '' && !/[.!?…]”?$/.test(text))
    expect(shown(bad)).toEqual([])
  })

  it('begin as sentences do', () => {
    const bad = problems.filter(
      ({ text }) => /^[a-z]/.test(text) && !/^(login\.|pallet )/.test(text),
    )
    expect(shown(bad)).toEqual([])
  })

  it('carry no code and no jargon', () => {
    const bad = problems.filter(({ text }) => jargon.test(text.replace(known, '')))
    expect(shown(bad)).toEqual([])
  })
})

describe('the scanner', () => {
  it('sees alternatives, chains and insertions', () => {
    const source =
      "({ what: a === 'x' ? 'One' : `Two ${b('c', `d`)} e.`, did: 'Three ' + 'four', advice: 'Five, six.' })"
    expect(textsIn(source, 'x').map(({ text }) => text)).toEqual([
      'One',
      'Two … e.',
      'four',
      'Five, six.',
    ])
  })
})

/** What the engine's own formats are for: times and days. Numbers are written without them. */
const writers = ['renderer/ui/times.ts', 'shared/domain/localTime.ts']

it('numbers and times are written for people in one place each', () => {
  const own = /\.toLocale\w*String\(|Intl\.\w+Format|\.localeCompare\(/
  const found = ['main', 'preload', 'renderer', 'shared']
    .flatMap((folder) => modulesIn(folder))
    .filter((where) => own.test(readFileSync(join(root, where), 'utf8')))
  expect(new Set(found)).toEqual(new Set(writers))
})
