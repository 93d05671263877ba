/** Run events as the published schema has them (https://openlineage.io/spec/2-0-2/OpenLineage.json), by a service and by a folder. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openLineage } from '../../../main/downstream/openLineage.ts'
import type { Trigger } from '../../../main/runs/ports/triggers.ts'
import type { OpenConnection } from '../../../shared/systems/record.ts'
import { landed } from '../../fixtures/airflowStories.ts'
import { type ApiServer, apiServer } from '../../fixtures/apiServer.ts'
import { plainLineage } from '../../fixtures/destination.ts'
import { testFolder } from '../../fixtures/folder.ts'

/** Of the core, and of each facet that is sent, by what the schemas of the specification ask for. */
const Facet = z.looseObject({
  _producer: z.url(),
  _schemaURL: z
    .string()
    .regex(/^https:\/\/openlineage\.io\/spec\/facets\/\d-\d-\d\/(\w+)\.json#\/\$defs\/\1$/),
})
const Named = z.object({ namespace: z.string().min(1), name: z.string().min(1) })
const Statistics = Facet.extend({ rowCount: z.int(), size: z.int().optional() })
const Event = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime(),
  producer: z.url(),
  schemaURL: z.literal('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'),
  run: z.strictObject({ runId: z.uuid(), facets: z.record(z.string(), Facet) }),
  job: Named.extend({ facets: z.record(z.string(), Facet) }),
  inputs: z.array(Named.extend({ inputFacets: z.record(z.string(), Facet).optional() })),
  outputs: z.array(
    Named.extend({
      facets: z.strictObject({
        schema: Facet.extend({
          fields: z.array(z.strictObject({ name: z.string(), type: z.string() })),
        }).optional(),
      }),
      outputFacets: z.strictObject({ outputStatistics: Statistics }).optional(),
    }),
  ),
})

let server: ApiServer
let events: z.infer<typeof Event>[]
const folder = testFolder()
beforeEach(async () => {
  events = []
  server = await apiServer(({ method, path, authorization, body }) => {
    if (authorization !== 'Bearer key') return [401]
    if (method !== 'POST' || path !== '/api/v1/lineage') return [404]
    events.push(Event.parse(body))
    return [201]
  })
})
afterEach(() => server.close())
const soon = (): AbortSignal => AbortSignal.timeout(60_000)

const service = (apiKey = 'key', path = '/api/v1/lineage'): OpenConnection => ({
  name: 'lineage',
  settings: { kind: 'openlineage-http', url: `${server.url}${path}` },
  secrets: { apiKey },
})
const files = (at: string): OpenConnection => ({
  name: 'lineage',
  settings: { kind: 'openlineage-file', folder: at },
  secrets: {},
})
function trigger(connection: OpenConnection): Trigger {
  const found = openLineage().trigger?.(connection)
  if (found === undefined) throw new Error('OpenLineage is told.')
  return found
}

test('a run that has landed: what came in, what went out, and of what quality', async () => {
  expect(await trigger(service()).tell(landed('r1', ''), soon())).toBe('')
  expect(events.map(({ eventType }) => eventType)).toEqual(['START', 'COMPLETE'])
  expect(new Set(events.map(({ run }) => run.runId)).size).toBe(1)
  expect(events[1]).toMatchObject({
    job: { namespace: 'pallet', name: 'sales' },
    run: { facets: { tags: { tags: [{ key: 'pallet_run', value: 'r1' }] } } },
    inputs: [
      {
        namespace: 'file',
        name: '/exports/sales.csv',
        inputFacets: {
          dataQualityMetrics: { rowCount: 8, bytes: 200, columnMetrics: {} },
          dataQualityAssertions: {
            assertions: [{ assertion: 'no row is held back', success: false }],
          },
        },
      },
    ],
    outputs: [
      {
        namespace: 'pallet://sandbox',
        name: 'sales',
        facets: { schema: { fields: [{ name: 'id', type: 'integer' }] } },
        outputFacets: { outputStatistics: { rowCount: 7 } },
      },
    ],
  })
  expect(events[0]?.outputs[0]?.outputFacets).toBeUndefined()
})

test('one that has failed says why, one that was cancelled does not', async () => {
  const ended = { ...plainLineage, endedAt: new Date().toISOString() }
  await trigger(service()).ended?.({ ...ended, why: 'The table is locked.' }, soon())
  await trigger(service()).ended?.({ ...ended, why: null }, soon())
  expect(events.map(({ eventType }) => eventType)).toEqual(['START', 'FAIL', 'START', 'ABORT'])
  expect(events[1]?.run.facets.errorMessage).toMatchObject({ message: 'The table is locked.' })
})

test('in a folder each event is a file, which is the same one when it comes again', async () => {
  const at = join(folder(), 'lineage')
  for (const _ of [1, 2]) await trigger(files(at)).tell(landed('r1', ''), soon())
  expect(readdirSync(at).toSorted()).toEqual(['r1.COMPLETE.json', 'r1.START.json'])
  for (const name of readdirSync(at)) Event.parse(JSON.parse(readFileSync(join(at, name), 'utf8')))
  writeFileSync(join(at, 'file'), '')
  await expect(
    trigger(files(join(at, 'file'))).tell(landed('r1', ''), soon()),
  ).rejects.toMatchObject({ code: 'trigger-failed' })
})

test('who refuses is told in a sentence; a test tells of a run of its own', async () => {
  await expect(trigger(service('guessed')).tell(landed('r1', ''), soon())).rejects.toMatchObject({
    code: 'credential-rejected',
  })
  await expect(
    trigger(service('key', '/elsewhere')).tell(landed('r1', ''), soon()),
  ).rejects.toMatchObject({ code: 'trigger-failed' })
  expect((await openLineage().test(service(), soon())).message).toContain('pallet-test')
  expect(events.map(({ job }) => job.name)).toEqual(['pallet-test', 'pallet-test'])
})
