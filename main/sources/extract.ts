/** What an API lists, as a file: taken page by page, so that who is cut off goes on behind the last page. */
import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { Position, askedFrom, comparePositions } from '../../shared/domain/arriving/extract.ts'
import { Problem, remedyOf } from '../../shared/domain/problem.ts'
import { formatCount } from '../../shared/domain/sizes.ts'
import { Spool, writeProblem } from '../files/spool.ts'
import type { Control } from '../runs/ports/control.ts'
import type {
  TakeExtractInput,
  TakeExtractOutput,
  TryExtractInput,
  TryExtractOutput,
} from '../runs/ports/extracting.ts'
import type { FetchReport } from '../runs/ports/fetching.ts'
import {
  Drifted,
  type Page,
  type PageRecord,
  firstPage,
  pageAt,
  pagesFrom,
} from './extractPages.ts'
import { apiSession, usualPace } from './storeApi.ts'

/** An API whose list has no end answers for ever. */
const most = { pages: 100_000, records: 1_000_000 }
/** A list that changes while it is read is begun anew so often. */
const mostRestarts = 3
/** Records that come again the next time are known by their content, so that they are brought once. */
const mostSeen = 10_000
/** Pages that are looked through for something new before a run does it. */
const mostTried = 1000

const State = z.object({
  /** The page that is to be taken; null: all are. */
  next: z.object({ url: z.string(), listed: z.int(), overlap: z.string().nullable() }).nullable(),
  pages: z.int(),
  /** Of the file beside. */
  bytes: z.int(),
  records: z.int(),
  /** Of the list, left out because they were brought before. */
  old: z.int(),
  to: Position.nullable(),
  /** When the first page was answered, by the clock there. */
  began: z.string().nullable(),
  total: z.int().nullable(),
  hash: z.string(),
  /** An address of before, to see a list that goes round in circles (Brent). */
  mark: z.string(),
  restarts: z.int(),
})
type State = z.infer<typeof State>

/**
 * Takes all pages. The target appears only when it is whole; what was taken lies beside it in `.pages` and `.state`, from which
 * the same call goes on. Problems: those of the pages and of the spool, `source-growing`, `source-empty`, `limit-exceeded`.
 */
export async function takeExtract(
  input: TakeExtractInput,
  control: Control<FetchReport>,
  pace = usualPace,
): Promise<TakeExtractOutput> {
  const { api, extract, target } = input
  const { from } = extract
  const pages = pagesFrom(apiSession(api, pace), api, extract, from)
  const begun = (restarts: number): State => ({
    next: { url: firstPage(api, extract, from), listed: 0, overlap: null },
    pages: 0,
    bytes: 0,
    records: 0,
    old: 0,
    to: from,
    began: null,
    total: null,
    hash: '',
    mark: '',
    restarts,
  })
  let state = (await savedState(target)) ?? begun(0)
  for (;;)
    try {
      while (state.next !== null) {
        const page = await pageAt(pages, state.next, control.signal)
        state = await keep(target, after(state, page, input), page)
        control.report({ bytesDone: state.bytes, bytesTotal: null })
      }
      const output = await finish(input, state)
      await forget(target)
      return output
    } catch (error) {
      if (!(error instanceof Drifted)) {
        // A cursor that is no good any more would be asked for again by every attempt: what ends a run is begun anew.
        if (error instanceof Problem && remedyOf(error.code) === 'end') await forget(target)
        throw error
      }
      if (state.restarts >= mostRestarts) {
        await forget(target)
        throw drifts(input)
      }
      state = begun(state.restarts + 1)
    }
}

/** The first page that has something new, of which nothing is kept. */
export async function tryExtract(
  { api, extract, from, records: shown }: TryExtractInput,
  { signal }: Pick<Control<never>, 'signal'>,
  pace = usualPace,
): Promise<TryExtractOutput> {
  const pages = pagesFrom(apiSession(api, pace), api, extract, from)
  let page: Page | null = null
  let at: Page['next'] = { url: firstPage(api, extract, from), listed: 0, overlap: null }
  for (let nth = 0; nth < mostTried && at !== null; nth += 1) {
    page = await pageAt(pages, at, signal)
    if (page.records.some(({ isOld }) => !isOld)) break
    at = page.next
  }
  const { records = [], next = null, total = null } = page ?? {}
  return {
    records: records.slice(0, shown).map(({ text }) => text),
    newOnPage: records.filter(({ isOld }) => !isOld).length,
    isLast: next === null,
    total,
  }
}

/** With a page more. Throws where the list has no end. */
function after(state: State, page: Page, { api, extract }: TakeExtractInput): State {
  // A record that has gone from a page before has moved another one there, unseen.
  if (page.total !== null && state.total !== null && page.total < state.total) throw new Drifted()
  const { host } = new URL(api.baseUrl)
  const fresh = page.records.filter(({ isOld }) => !isOld)
  const pages = state.pages + 1
  const records = state.records + fresh.length
  const url = page.next?.url ?? ''
  const began = state.pages === 0 ? page.at : state.began
  if (page.records.length > 0 && (page.hash === state.hash || (url !== '' && url === state.mark)))
    throw new Problem({
      code: 'url-refused',
      what: `${host} answers page ${formatCount(pages)} of ${extract.path} with a page that came before.`,
      did: 'Nothing was sent: it would never end.',
      advice: 'Check how its pages are asked for; a parameter may have another name there.',
      connection: api.connection,
    })
  if (pages >= most.pages || records > most.records)
    throw new Problem({
      code: 'limit-exceeded',
      what: `${extract.path} has more than ${formatCount(most.records)} records or ${formatCount(most.pages)} pages.`,
      did: 'Nothing was sent.',
      advice: 'Take it in parts: a parameter of the list can say from when to when.',
      connection: api.connection,
    })
  return {
    ...state,
    next: page.next,
    pages,
    records,
    old: state.old + page.records.length - fresh.length,
    to: furthest({ ...state, began }, fresh, extract, api.connection),
    began,
    total: page.total,
    hash: page.hash,
    mark: Number.isInteger(Math.log2(pages)) ? url : state.mark,
  }
}

/**
 * Not further than to when the first page was answered: a list need not be in the order of its changes, and what was changed on a page
 * after that was taken has a later time than that, but perhaps an earlier one than records on the pages behind.
 */
function furthest(
  { to: before, began }: Pick<State, 'to' | 'began'>,
  records: readonly PageRecord[],
  { incremental, key }: TakeExtractInput['extract'],
  connection: string,
): Position | null {
  if (incremental === null) return null
  let value = before?.value ?? null
  const seen = [...(before?.seen ?? [])]
  for (const record of records) {
    if (record.value === null) continue
    seen.push({ content: record.content, value: record.value })
    const isLater = began !== null && comparePositions(record.value, began) === 1
    const reached = isLater ? began : record.value
    const place = value === null ? 1 : comparePositions(reached, value)
    if (place === null) throw mixed(connection)
    if (place > 0) value = reached
  }
  if (value === null) return null
  const floor = askedFrom(value, incremental.back)
  const again = new Map(
    seen
      .filter((one) => comparePositions(one.value, floor) !== -1)
      .map((one) => [one.content, one]),
  )
  const to = { value, seen: [...again.values()] }
  if (to.seen.length <= mostSeen) return to
  // With a key they may come again: the same row takes its own place.
  if (key !== null) return { value, seen: [] }
  throw new Problem({
    code: 'limit-exceeded',
    what: `More than ${formatCount(mostSeen)} records have “${value.slice(0, 40)}”: nobody could tell the next time which of them were brought.`,
    did: 'Nothing was sent.',
    advice: 'Say which key tells the records apart, or take a finer field.',
    connection,
  })
}

/** The page is on the disk before it is said that it is taken. */
async function keep(target: string, state: State, page: Page): Promise<State> {
  const lines = page.records
    .map((record, index) => ({ ...record, index: index + 1 }))
    .filter(({ isOld }) => !isOld)
    .map((record) => `${record.identity} ${lineOf(record, state.pages)}\n`)
  const chunk = Buffer.from(lines.join(''))
  const before = state.pages === 1 ? 0 : state.bytes
  const kept = { ...state, bytes: before + chunk.length }
  try {
    const file = await open(`${target}.pages`, before === 0 ? 'w' : 'r+')
    try {
      // What was written behind it when it was cut off.
      await file.truncate(before)
      await file.write(chunk, 0, chunk.length, before)
      await file.datasync()
    } finally {
      await file.close()
    }
    await writeFile(`${target}.state.part`, JSON.stringify(kept), { flush: true })
    await rename(`${target}.state.part`, `${target}.state`)
  } catch (error) {
    throw await writeProblem(error, target, chunk.length)
  }
  return kept
}

/** What is no object becomes a line that is no record, so that it is held back, and says where it is from. */
function lineOf({ text, isObject, index }: PageRecord & { index: number }, page: number): string {
  if (!isObject) return `page ${page}, record ${index}: ${text}`
  const rest = text === '{}' ? '}' : `,${text.slice(1)}`
  return `{"api_page":${page},"api_index":${index}${rest}`
}

/** null: nothing was taken yet, or what says so is damaged. */
async function savedState(target: string): Promise<State | null> {
  try {
    return State.parse(JSON.parse(await readFile(`${target}.state`, 'utf8')))
  } catch {
    return null
  }
}

async function forget(target: string): Promise<void> {
  await rm(`${target}.state`, { force: true })
  await rm(`${target}.pages`, { force: true })
}

const identityLength = 22

/** Of records that came more than once the last one counts; the same lines make the same file. */
async function finish(
  { target, extract, api }: TakeExtractInput,
  { total, old, pages, records, to }: State,
): Promise<TakeExtractOutput> {
  const last = new Map<string, number>()
  // A slice would keep its whole line in memory.
  for await (const [nth, line] of linesOf(target))
    last.set(Buffer.from(line.slice(0, identityLength)).toString('latin1'), nth)
  // Less or more than it says of itself.
  if (total !== null && last.size + old !== total) throw new Drifted()
  if (last.size === 0)
    throw new Problem({
      code: 'source-empty',
      what: `${new URL(api.baseUrl).host} lists nothing new under ${extract.path}.`,
      did: 'Nothing was sent.',
      connection: api.connection,
    })
  const spool = await Spool.create(target)
  try {
    let chunk = ''
    const write = async (): Promise<void> => {
      await spool.write(Buffer.from(chunk), null)
      chunk = ''
    }
    for await (const [nth, line] of linesOf(target)) {
      if (last.get(line.slice(0, identityLength)) !== nth) continue
      chunk += `${line.slice(identityLength + 1)}\n`
      if (chunk.length > 1024 * 1024) await write()
    }
    await write()
    return {
      ...(await spool.finish()),
      records: last.size,
      pages,
      repeated: records - last.size,
      ...(extract.incremental === null || to === null ? {} : { to }),
    }
  } finally {
    await spool.close()
  }
}

async function* linesOf(target: string): AsyncGenerator<[nth: number, line: string]> {
  const lines = createInterface({ input: createReadStream(`${target}.pages`), crlfDelay: Infinity })
  let nth = 0
  for await (const line of lines) {
    yield [nth, line]
    nth += 1
  }
}

function drifts({ api, extract }: TakeExtractInput): Problem {
  return new Problem({
    code: 'source-growing',
    what: `The list ${extract.path} at ${new URL(api.baseUrl).host} changed each of the ${mostRestarts + 1} times it was read: the number of its records is not what it says, or one has gone from between two pages.`,
    did: 'Nothing was taken from it, for records might be missing; Pallet tries again later.',
    advice: 'Let it be fetched when the shop is closed, or by a field that grows.',
    connection: api.connection,
  })
}

function mixed(connection: string): Problem {
  return new Problem({
    code: 'contract-mismatch',
    what: 'Records have values of two kinds in the field by which the extract goes on, such as times and numbers.',
    did: 'Nothing was sent.',
    advice: 'Choose a field that is a time or a whole number in every record.',
    connection,
  })
}
