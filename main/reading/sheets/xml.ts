/** XML as it comes, with the bounds that a file from outside needs. */
import { Parser } from 'saxen'

/** No part of a workbook is nested deeper. */
const maxDepth = 256
/** A text or a tag that does not end sooner, though Excel's longest cell has 32,767 characters: each piece looks for the end anew. */
const maxTokenCharacters = 1024 * 1024

export interface XmlHandlers {
  /** Names come without their prefix; `attribute` is asked with it, or with `*:` for any. */
  open(name: string, attribute: (name: string) => string | undefined): void
  close(name: string): void
  text(text: string): void
}

/**
 * Parses the pieces one after the other, and comes back after each, so that what the handlers have gathered can be taken. Throws
 * an `Error` where it is no XML, and where it declares a document type: no workbook does, and entities are declared in it.
 */
export async function* parseXml(
  pieces: AsyncIterable<string>,
  handlers: XmlHandlers,
): AsyncGenerator<void> {
  const parser = new Parser()
  let depth = 0
  let failure: Error | null = null
  let pending = 0
  parser.on('openTag', (name, attributes) => {
    pending = 0
    depth += 1
    if (depth > maxDepth) failure ??= new Error('XML is nested too deeply')
    handlers.open(local(name), (attribute) => {
      const all = attributes()
      const key = attribute.startsWith('*:')
        ? Object.keys(all).find((name) => name.endsWith(attribute.slice(1)))
        : attribute
      const value = key === undefined ? undefined : all[key]
      return value === undefined ? undefined : decodeXml(value)
    })
  })
  parser.on('closeTag', (name) => {
    pending = 0
    depth -= 1
    handlers.close(local(name))
  })
  parser.on('text', (text) => handlers.text(decodeXml(text)))
  parser.on('cdata', (text) => handlers.text(text))
  parser.on('attention', () => (failure ??= new Error('XML declares a document type')))
  parser.on('error', (error) => (failure ??= error))
  const stopIfFailed = (): void => {
    if (pending > maxTokenCharacters) failure ??= new Error('XML has no end of a tag')
    if (failure !== null) throw failure
  }
  for await (const piece of pieces) {
    pending += piece.length
    parser.write(piece)
    stopIfFailed()
    yield
  }
  parser.end()
  stopIfFailed()
  if (depth !== 0) throw new Error('XML ends in the middle')
  yield
}

function local(name: string): string {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  gt: '>',
  lt: '<',
  quot: '"',
}

/** saxen's own makes two wrong letters of a number beyond U+FFFF. */
export function decodeXml(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
