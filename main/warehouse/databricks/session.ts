import { setTimeout as after } from 'node:timers/promises'
import { z } from 'zod'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Bound } from '../remote/ledger.ts'
import type { Row, Statements } from '../remote/statements.ts'
import { folded, named } from './names.ts'
import { Refusal, refusedProblem } from './problems.ts'
import { type DatabricksAccess, Workspace } from './workspace.ts'

/**
 * Statements for a SQL warehouse by the Statement Execution API 2.0. There is no session: every statement stands for itself, and one
 * whose answer is lost is sent again. So each must be one that can be done twice, and late.
 */
export interface Session extends Statements {
  readonly workspace: Workspace
  /** Deaf to the abort: for what is decided, of which must be told what became. */
  readonly decided: Statements
  /** With an end of their own. */
  until(ends: AbortSignal): Statements
  /** Rows of any number, with the names of their columns; at most `limit`, if there is one. */
  stream(sql: string, limit?: number): Promise<Streamed>
  /** Settles when the warehouse works; `waits` is told that it has to be waited for. */
  awake(waits: (doing: string) => void): Promise<void>
}

export interface Streamed {
  columns: string[]
  rows: AsyncIterable<Row>
  /** Whether there are more than were asked for. */
  truncated: boolean
}

const statements = '/api/2.0/sql/statements'
/** The first of the pauses between questions, and the longest. */
const pauseMs = { first: 100, most: 5_000 }
/** It says within these whether a statement is done or goes on; what has not come in three times that has been lost, and is sent again. */
const waitSeconds = 5
const answerMs = 3 * waitSeconds * 1000
/** A statement that takes longer is ended. */
const mostMs = 6 * 3600_000
/** A warehouse that sleeps works again within minutes. */
const wakingMs = 20 * 60_000
/** A link that has expired is asked for anew so often. */
const linkTries = 3

const Chunk = z.object({
  data_array: z.array(z.array(z.string().nullable())).nullish(),
  external_links: z
    .array(
      z.object({
        external_link: z.url(),
        http_headers: z.record(z.string(), z.string()).nullish(),
        chunk_index: z.number(),
        next_chunk_index: z.number().nullish(),
      }),
    )
    .nullish(),
  next_chunk_index: z.number().nullish(),
})
type Chunk = z.infer<typeof Chunk>
const Response = z.object({
  statement_id: z.string(),
  status: z.object({
    state: z.enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'CLOSED']),
    error: z.object({ message: z.string().default('') }).nullish(),
    sql_state: z.string().nullish(),
  }),
  manifest: z
    .object({
      schema: z.object({ columns: z.array(z.object({ name: z.string() })).nullish() }).nullish(),
      truncated: z.boolean().nullish(),
    })
    .nullish(),
  result: Chunk.nullish(),
})
type Response = z.infer<typeof Response>
const Cells = z.array(z.array(z.string().nullable()))
const State = z.object({ state: z.string(), name: z.string() })

export function openSession(access: DatabricksAccess, signal: AbortSignal, doing: string): Session {
  const workspace = new Workspace(access, doing)

  async function execute(bound: Bound, ends: AbortSignal, more: object): Promise<Response> {
    const answer = await workspace.ask('POST', `${statements}/`, ends, {
      body: {
        warehouse_id: access.warehouse,
        catalog: access.catalog,
        schema: access.schema,
        ...marked(bound),
        wait_timeout: `${waitSeconds}s`,
        on_wait_timeout: 'CONTINUE',
        format: 'JSON_ARRAY',
        ...more,
      },
      answerMs,
    })
    return await settled(understood(Response, answer.body, access), ends)
  }

  /** Waits for the end of a statement; one that is given up is ended there. */
  async function settled(begun: Response, ends: AbortSignal): Promise<Response> {
    const path = `${statements}/${encodeURIComponent(begun.statement_id)}`
    const until = AbortSignal.any([ends, AbortSignal.timeout(mostMs)])
    let response = begun
    try {
      for (let pause = pauseMs.first; isUnderWay(response); pause *= 1.5) {
        await after(Math.min(pause, pauseMs.most), undefined, { signal: until })
        const { body } = await workspace.ask('GET', path, until)
        response = understood(Response, body, access)
      }
    } catch (error) {
      if (until.aborted) await cancel(path)
      ends.throwIfAborted()
      throw error
    }
    const { state, error, sql_state: sqlState } = response.status
    switch (state) {
      case 'FAILED':
        throw refusedProblem(
          new Refusal(error?.message ?? '', sqlState ?? ''),
          workspace.host,
          doing,
        )
      case 'CANCELED':
        throw new Problem({
          code: 'server-busy',
          what: `Databricks at ${workspace.host} stopped a statement while ${doing}.`,
          did: 'What became of it is looked up in the ledger before anything is sent again.',
          advice: 'The run waits and tries again by itself.',
        })
      case 'PENDING':
      case 'RUNNING':
      case 'SUCCEEDED':
      case 'CLOSED':
        return response
    }
  }

  async function cancel(path: string): Promise<void> {
    try {
      await workspace.once('POST', `${path}/cancel`, AbortSignal.timeout(5_000), { body: {} })
    } catch {
      // It ends by itself; what it does can be done twice.
    }
  }

  async function chunkOf(id: string, index: number, ends: AbortSignal): Promise<Chunk> {
    const path = `${statements}/${encodeURIComponent(id)}/result/chunks/${index}`
    const { body } = await workspace.ask('GET', path, ends)
    return understood(Chunk, body, access)
  }

  async function allRows(bound: Bound, ends: AbortSignal): Promise<Row[]> {
    const response = await execute(bound, ends, { disposition: 'INLINE' })
    const rows: Row[] = []
    let chunk = response.result
    while (chunk != null) {
      rows.push(...(chunk.data_array ?? []))
      const next = chunk.next_chunk_index
      chunk = next == null ? null : await chunkOf(response.statement_id, next, ends)
    }
    return rows
  }

  async function* linked({ statement_id: id, result }: Response): AsyncGenerator<Row> {
    let link = result?.external_links?.[0]
    for (let tries = 1; link !== undefined; tries += 1) {
      const answer = await workspace.outside(link.external_link, link.http_headers ?? {}, signal)
      const cells = Cells.safeParse(answer.body)
      if (answer.status === 200 && cells.success) {
        yield* cells.data
        const next: number | null | undefined = link.next_chunk_index
        if (next == null) return
        link = (await chunkOf(id, next, signal)).external_links?.[0]
        tries = 0
      } else if (tries < linkTries)
        // What was waited for too long has expired.
        link = (await chunkOf(id, link.chunk_index, signal)).external_links?.[0]
      else
        throw new Problem({
          code: 'network',
          what: `The storage behind ${workspace.host} does not give out an answer that Databricks has put there.`,
          did: 'Nothing was changed.',
          advice: 'A firewall may hold it back: ask whoever looks after the network.',
          detail: `HTTP ${answer.status}`,
        })
    }
  }

  const until = (ends: AbortSignal): Statements => ({
    named,
    folded,
    rows: (sql, values = []) => allRows({ sql, values }, ends),
  })
  return {
    ...until(signal),
    workspace,
    decided: until(new AbortController().signal),
    until,
    async stream(sql, limit) {
      const response = await execute({ sql, values: [] }, signal, {
        disposition: 'EXTERNAL_LINKS',
        ...(limit === undefined ? {} : { row_limit: limit }),
      })
      return {
        columns: (response.manifest?.schema?.columns ?? []).map(({ name }) => name),
        rows: linked(response),
        truncated: response.manifest?.truncated === true,
      }
    },
    async awake(waits) {
      const path = `/api/2.0/sql/warehouses/${encodeURIComponent(access.warehouse)}`
      const { body } = await workspace.ask('GET', path, signal)
      const { state, name } = understood(State, body, access)
      if (state === 'RUNNING') return
      waits(`Waiting for the SQL warehouse “${name}” to start`)
      const limit = AbortSignal.timeout(wakingMs)
      try {
        // Whoever asks wakes it.
        await allRows({ sql: 'SELECT 1', values: [] }, AbortSignal.any([signal, limit]))
      } catch (error) {
        signal.throwIfAborted()
        if (!limit.aborted) throw error
        throw new Problem({
          code: 'server-busy',
          what: `The SQL warehouse “${name}” at ${workspace.host} has not started in 20 minutes.`,
          did: 'Pallet changed nothing in the tables there. The run waits and tries again by itself.',
          advice: 'Look at the warehouse in Databricks.',
        })
      }
    },
  }
}

function isUnderWay({ status: { state } }: Response): boolean {
  return state === 'PENDING' || state === 'RUNNING'
}

/** A `?` outside of quotation marks is a named marker there: `:p1` and so on. */
export function marked({ sql, values }: Bound): {
  statement: string
  parameters: { name: string; value: string; type: string }[]
} {
  let nth = 0
  const statement = sql.replace(/`[^`]*`|'(?:[^'\\]|\\.)*'|\?/gs, (part) =>
    part === '?' ? `:p${(nth += 1)}` : part,
  )
  if (nth !== values.length) throw new Error(`${nth} markers stand for ${values.length} values.`)
  return {
    statement,
    parameters: values.map((value, index) => ({
      name: `p${index + 1}`,
      value: String(value),
      type: typeof value === 'number' ? 'BIGINT' : 'STRING',
    })),
  }
}

export function understood<Shape>(
  shape: z.ZodType<Shape>,
  body: unknown,
  { url }: DatabricksAccess,
): Shape {
  const parsed = shape.safeParse(body)
  if (parsed.success) return parsed.data
  throw new Problem({
    code: 'network',
    what: `What answers at ${new URL(url).host} does not answer as Databricks does.`,
    did: 'Pallet changed nothing in the tables there.',
    advice: 'Check the workspace address of the connection.',
  })
}
