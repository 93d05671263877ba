/**
 * Bytes that are too many for messages: a file on its way in, held-back rows on their way
 * out. The same handler answers the browser over HTTP and Electron over app://.
 */
import type { Logger } from 'pino'
import type { Person } from '../../shared/domain/person.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { ProblemCode } from '../../shared/domain/problem.ts'
import { type HeldFormat, heldFormats } from '../../shared/domain/fixing/fixing.ts'
import type { Core } from '../runs/core.ts'
import { mustBeAllowed } from './allowed.ts'

export interface FilesParts {
  /** A promise where the window is there before its core. */
  core: FilesCore | Promise<FilesCore>
  log: Logger
}
type FilesCore = Pick<Core, 'sources' | 'runs'>

/** Answers null to an address that is not about files. */
export type FilesHandler = (request: Request, person: Person) => Promise<Response | null>

export function createFilesHandler(parts: FilesParts): FilesHandler {
  return async (request, person) => {
    const { pathname } = new URL(request.url)
    const source = /^\/files\/([^/]+)$/.exec(pathname)?.[1]
    const [, runId, ending] = /^\/rejects\/([^/]+)\.([a-z]+)$/.exec(pathname) ?? []
    const format = heldFormats.find((one) => one === ending)
    try {
      if (source !== undefined) {
        mustBeAllowed(person, 'files.receive', undefined, parts.log)
        return request.method === 'PUT'
          ? await receive(await parts.core, decoded(source), request)
          : wrongMethod('PUT')
      }
      if (runId !== undefined && format !== undefined) {
        mustBeAllowed(person, 'files.rejects', undefined, parts.log)
        return request.method === 'GET'
          ? await rejects(await parts.core, decoded(runId), format)
          : wrongMethod('GET')
      }
      return null
    } catch (thrown) {
      const problem = Problem.from(thrown)
      if (problem.code === 'internal') parts.log.error({ err: thrown }, 'file transfer failed')
      return problemResponse(problem)
    }
  }
}

/** The core takes only bytes it expects under this id, and only as many as were announced. */
async function receive(core: FilesCore, source: string, request: Request): Promise<Response> {
  await core.sources.receive(source, chunksOf(request.body), request.signal)
  return new Response(null, { status: 204 })
}

async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<Uint8Array, void, void> {
  if (body !== null) yield* body
}

const heldTypes: Record<HeldFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

async function rejects(core: FilesCore, runId: string, format: HeldFormat): Promise<Response> {
  return new Response(await core.runs.rejectsFile(runId, format), {
    headers: {
      'Content-Type': heldTypes[format],
      'Content-Disposition': `attachment; filename="held-back-${runId.replace(/[^\w-]/g, '_')}.${format}"`,
      'Cache-Control': 'no-store',
    },
  })
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new Problem({ code: 'usage', what: 'This address is not complete.' })
  }
}

function wrongMethod(allow: string): Response {
  return new Response(null, { status: 405, headers: { Allow: allow } })
}

/** A problem as the window reads it from an HTTP answer. */
export function problemResponse(problem: Problem): Response {
  return Response.json(problem.data, {
    status: statuses[problem.code] ?? 500,
    headers: { 'Cache-Control': 'no-store' },
  })
}

/** For whoever looks at the line; the window reads the problem itself. */
const statuses: Partial<Record<ProblemCode, number>> = {
  usage: 400,
  'not-allowed': 403,
  'not-found': 404,
  'source-growing': 409,
  'source-truncated': 409,
  'disk-full': 507,
}
