import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createFilesHandler } from '../../../main/rpc/files.ts'
import { owner } from '../../../shared/domain/person.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Behaviour, fakeCore } from '../../fixtures/fakeCore.ts'

function handlerOf(behaviour: Behaviour, person = owner) {
  const handle = createFilesHandler({
    core: fakeCore(behaviour),
    log: pino({ level: 'silent' }),
  })
  return (request: Request) => handle(request, person)
}

function put(
  source: string,
  body: RequestInit['body'],
  headers: Record<string, string> = {},
): Request {
  const init: RequestInit = { method: 'PUT', body: body ?? null, headers, duplex: 'half' }
  return new Request(`app://pallet/files/${source}`, init)
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('a file on its way in', () => {
  it('goes to the core', async () => {
    const received: string[] = []
    const handle = handlerOf({
      'sources.receive': async (source, body) => {
        received.push(`${source}: ${await collect(body)}`)
      },
    })
    expect((await handle(put('a%20c', 'a,b,c')))?.status).toBe(204)
    expect((await handle(put('empty', '')))?.status).toBe(204)
    expect(received).toEqual(['a c: a,b,c', 'empty: '])
  })

  it('is taken chunk by chunk, as the core asks for it', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1
          if (pulled > 100) controller.close()
          else controller.enqueue(new Uint8Array(10))
        },
      },
      { highWaterMark: 0 },
    )
    let pulledAtFirstChunk = 0
    const handle = handlerOf({
      'sources.receive': async (_source, chunks) => {
        for await (const _ of chunks) if (pulledAtFirstChunk === 0) pulledAtFirstChunk = pulled
      },
    })
    expect((await handle(put('abc', body)))?.status).toBe(204)
    expect(pulledAtFirstChunk).toBeLessThan(5)
  })

  it.each([
    ['not-found', 404],
    ['usage', 400],
    ['source-truncated', 409],
    ['disk-full', 507],
    ['source-locked', 500],
  ] as const)('says what went wrong: %s', async (code, status) => {
    const handle = handlerOf({
      'sources.receive': () => Promise.reject(new Problem({ code, what: 'It went wrong.' })),
    })
    const answer = await handle(put('abc', 'a'))
    expect(answer?.status).toBe(status)
    expect(await answer?.json()).toMatchObject({ code, what: 'It went wrong.' })
  })
})

describe('held-back rows on their way out', () => {
  it.each([
    ['csv', 'text/csv; charset=utf-8'],
    ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ])('are a file to save: %s', async (format, type) => {
    const handle = handlerOf({
      'runs.rejectsFile': async (_run, wanted) => new Blob([wanted]).stream(),
    })
    const answer = await handle(new Request(`app://pallet/rejects/run-1.${format}`))
    expect(answer?.headers.get('content-type')).toBe(type)
    expect(answer?.headers.get('content-disposition')).toContain(`held-back-run-1.${format}`)
    expect(await answer?.text()).toBe(format)
  })

  it('are not found for a run that does not exist', async () => {
    const answer = await handlerOf({})(new Request('app://pallet/rejects/nope.csv'))
    expect(answer?.status).toBe(404)
  })
})

it('leaves other addresses to others, and other methods to nobody', async () => {
  const handle = handlerOf({})
  expect(await handle(new Request('app://pallet/index.html'))).toBeNull()
  expect(await handle(new Request('app://pallet/files/a/b'))).toBeNull()
  expect((await handle(new Request('app://pallet/files/a')))?.status).toBe(405)
  expect(
    (await handle(new Request('app://pallet/rejects/a.csv', { method: 'POST' })))?.status,
  ).toBe(405)
  expect((await handle(put('%', 'a')))?.status).toBe(400)
})
