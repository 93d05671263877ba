/** One page of the list of an API after the other. */
import { createHash } from 'node:crypto'
import {
  type Extract,
  type Position,
  askedFrom,
  comparePositions,
} from '../../shared/domain/arriving/extract.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Answer } from '../network/requests.ts'
import type { ApiAccess } from '../runs/ports/extracting.ts'
import type { ApiSession } from './storeApi.ts'

/** A record of a page. */
export interface PageRecord {
  /** As JSON in one line; numbers as they were written. */
  text: string
  isObject: boolean
  /** By which it is known again; see `Extract.key`. */
  identity: string
  /** What it says, as a hash. */
  content: string
  /** Whether it was brought by an earlier extract. */
  isOld: boolean
  /** null: the extract is not incremental. */
  value: string | null
}

export interface Page {
  records: PageRecord[]
  /** null: it is the last. */
  next: PageAt | null
  /** Records of the list in all, as the API says; null: it does not. */
  total: number | null
  /** When it was answered, by the clock there (UTC, ISO 8601); null: it does not say. */
  at: string | null
  /** Of what it says, to be told from other pages. */
  hash: string
}

/** Where the first page is. No secret is in it. */
export function firstPage({ baseUrl }: ApiAccess, extract: Extract, from: Position | null): string {
  const url = new URL(baseUrl.replace(/\/+$/, '') + extract.path)
  for (const [name, value] of Object.entries(extract.query)) url.searchParams.set(name, value)
  const { paging, incremental } = extract
  if (incremental !== null && from !== null)
    url.searchParams.set(incremental.parameter, askedFrom(from.value, incremental.back))
  if (paging.kind === 'page') url.searchParams.set(paging.parameter, String(paging.first))
  if (paging.kind === 'offset') url.searchParams.set(paging.parameter, '0')
  if (paging.kind !== 'none' && paging.size !== null)
    url.searchParams.set(paging.size.parameter, String(paging.size.records))
  return url.href
}

/** Where a page is. */
export interface PageAt {
  /** No secret is in it. */
  url: string
  /** Records of the list before it. */
  listed: number
  /** The identity of the record before, with which it has to begin; null: it begins behind that. */
  overlap: string | null
}

/** The list has changed while it was read: records may be missing. */
export class Drifted extends Error {}

/**
 * Asks for a page. Throws `Drifted` where it does not begin with the record that ended the page before. Throws `url-not-found` and `url-refused` besides what the session throws:
 * an answer without the list is never taken for one without records.
 */
export async function pageAt(pages: PageFrom, at: PageAt, signal: AbortSignal): Promise<Page> {
  const { session, api, extract } = pages
  const answer = await session(at.url, signal)
  const { host } = new URL(api.baseUrl)
  if (answer.status !== 200) throw noList(host, extract.path, answer.status, api.connection)
  const body = parsed(answer.text)
  const list = placeIn(body, extract.records)
  if (!Array.isArray(list)) throw notThere(host, extract, body, api.connection)
  const all = list.map((one) => recordOf(one, pages))
  if (at.overlap !== null && all[0]?.identity !== at.overlap) throw new Drifted()
  const records = at.overlap === null ? all : all.slice(1)
  const total = totalOf(answer, body, extract)
  const listed = at.listed + records.length
  // A listing by offsets that lacks a record by now would leave out another: each page begins with the last record of the one before.
  const last = extract.paging.kind === 'offset' && all.length > 1 ? all.at(-1) : undefined
  const overlap = last?.identity ?? null
  const found = { answer, body, count: records.length, before: listed - (overlap === null ? 0 : 1) }
  const url = total !== null && listed >= total ? null : nextOf(at.url, found, extract, api)
  return {
    records,
    next: url === null ? null : { url, listed, overlap },
    total,
    at: dateOf(answer),
    hash: hashOf(records.map(({ text }) => text).join('\n')),
  }
}

export interface PageFrom {
  session: ApiSession
  api: ApiAccess
  extract: Extract
  /** The smallest value that is wanted; null: all are. */
  floor: string | null
  /** By their content, records that were brought before. */
  seen: ReadonlySet<string>
}

export function pagesFrom(
  session: ApiSession,
  api: ApiAccess,
  extract: Extract,
  from: Position | null,
): PageFrom {
  const { incremental } = extract
  return {
    session,
    api,
    extract,
    floor: from === null || incremental === null ? null : askedFrom(from.value, incremental.back),
    seen: new Set(from?.seen.map(({ content }) => content)),
  }
}

function nextOf(
  url: string,
  { answer, body, before, count }: { answer: Answer; body: unknown; before: number; count: number },
  { paging }: Extract,
  { signIn }: ApiAccess,
): string | null {
  const withParameter = (name: string, value: string): string => {
    const next = new URL(url)
    next.searchParams.set(name, value)
    return next.href
  }
  const following = (address: string): string => {
    const next = new URL(address, url)
    // It is set anew for each request, and is not written down with the address.
    if (signIn.by === 'query') next.searchParams.delete(signIn.parameter)
    return next.href
  }
  switch (paging.kind) {
    case 'none':
      return null
    case 'page': {
      const page = Number(new URL(url).searchParams.get(paging.parameter))
      return count === 0 ? null : withParameter(paging.parameter, String(page + 1))
    }
    case 'offset':
      return count === 0 ? null : withParameter(paging.parameter, String(before))
    case 'cursor': {
      const cursor = textOf(placeIn(body, paging.next))
      const isEnd = cursor === null || cursor === '' || (paging.untilEmpty && count === 0)
      return isEnd ? null : withParameter(paging.parameter, cursor)
    }
    case 'link': {
      const next = nextLink(answer.headers.get('link') ?? '')
      return next === null ? null : following(next)
    }
    case 'next': {
      const next = textOf(placeIn(body, paging.next))
      return next === null || next === '' ? null : following(next)
    }
  }
}

function dateOf({ headers }: Answer): string | null {
  const ms = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

/** Of `<https://…>; rel="previous", <https://…>; rel="next"`. */
function nextLink(header: string): string | null {
  for (const [, address = '', parameters = ''] of header.matchAll(/<([^>]*)>([^<]*)/g))
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(parameters)) return address
  return null
}

function totalOf({ headers }: Answer, body: unknown, { total }: Extract): number | null {
  if (total === null) return null
  const said = total.in === 'header' ? headers.get(total.name) : textOf(placeIn(body, total.name))
  return said !== null && /^\d{1,15}$/.test(said) ? Number(said) : null
}

function recordOf(
  one: unknown,
  { api: { connection }, extract: { key, incremental }, floor, seen }: PageFrom,
): PageRecord {
  // Who reads lines may take these two for the end of one.
  const text = JSON.stringify(one).replace(/[\u2028\u2029]/g, (end) =>
    end === '\u2028' ? '\\u2028' : '\\u2029',
  )
  const id = key === null ? null : textOf(placeIn(one, key))
  const content = hashOf(text)
  const value = incremental === null ? null : textOf(placeIn(one, incremental.field))
  if (incremental !== null && (value === null || comparePositions(value, value) === null))
    throw noPosition(incremental.field, value, connection)
  const place = value === null || floor === null ? 1 : comparePositions(value, floor)
  if (place === null) throw noPosition(incremental?.field ?? '', value, connection)
  return {
    text,
    isObject: isObject(one),
    identity: id === null ? content : hashOf(`key ${id}`),
    content,
    isOld: place < 0 || seen.has(content),
    value,
  }
}

/** 22 characters of Base64: 128 bits. */
const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22)

/** As in the proposal of TC39 that V8 has and the types have not yet: https://github.com/tc39/proposal-json-parse-with-source */
const withSource = JSON as typeof JSON & {
  rawJSON(text: string): { rawJSON: string }
  isRawJSON(value: unknown): value is { rawJSON: string }
}

/** What a text says, with numbers as they were written; undefined: it is no JSON. */
function parsed(text: string): unknown {
  const keep = (_name: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && context?.source !== undefined
      ? withSource.rawJSON(context.source)
      : value
  try {
    return JSON.parse(text, keep)
  } catch {
    return undefined
  }
}

function placeIn(value: unknown, place: string): unknown {
  if (place === '') return value
  let found = value
  for (const name of place.split('.')) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined
    found = found[name]
  }
  return found
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !withSource.isRawJSON(value)

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return withSource.isRawJSON(value) ? value.rawJSON : null
}

function noList(host: string, path: string, status: number, connection: string): Problem {
  return status === 404 || status === 410
    ? new Problem({
        code: 'url-not-found',
        what: `There is no list ${path} at ${host}.`,
        did: 'Nothing was sent.',
        advice: 'Check the path, and the address in the connection.',
        detail: `HTTP ${status}`,
        connection,
      })
    : new Problem({
        code: 'url-refused',
        what: `${host} does not answer what is asked of ${path}.`,
        did: 'Nothing was sent.',
        advice: 'Try the extract: perhaps one of its parameters has another name there.',
        detail: `HTTP ${status}`,
        connection,
      })
}

function notThere(host: string, extract: Extract, body: unknown, connection: string): Problem {
  const names = isObject(body) ? Object.keys(body).slice(0, 10) : []
  const has = Array.isArray(body)
    ? ' It is a list itself.'
    : names.length > 0
      ? ` It has ${names.join(', ')}.`
      : ' It is no JSON, or longer than 16 MiB.'
  return new Problem({
    code: 'url-refused',
    what: `The answer of ${host} to ${extract.path} has no list ${extract.records === '' ? 'of records' : `“${extract.records}”`}.${has}`,
    did: 'Nothing was sent.',
    advice: 'Say where the records are, or ask for smaller pages.',
    connection,
  })
}

function noPosition(field: string, value: string | null, connection: string): Problem {
  return new Problem({
    code: 'contract-mismatch',
    what:
      value === null
        ? `A record has no “${field}”, so nobody knows whether it was brought before.`
        : `A record has “${value.slice(0, 40)}” for “${field}”, which is no time and no whole number, or not of the same kind as the others.`,
    did: 'Nothing was sent.',
    advice: 'Choose a field that every record has, such as the time of its last change.',
    connection,
  })
}
