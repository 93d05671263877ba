/**
 * Run events of OpenLineage 2.0.2 (https://openlineage.io/spec), posted or written to a folder. Both know an event when it comes again, by its
 * run and its kind: a run that is told of twice is one.
 */
import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import { openLineage as record } from '../../shared/systems/openLineage.ts'
import { ask } from '../network/requests.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'
import type { Lineage } from '../runs/ports/triggers.ts'

const producer = 'https://pallet.example'
const spec = 'https://openlineage.io/spec'

type EventType = 'START' | 'COMPLETE' | 'FAIL' | 'ABORT'
type Send = (event: object, name: string, signal: AbortSignal) => Promise<void>

export function openLineage(): OutsideSystem {
  const senderOf = byKind(record, {
    'openlineage-http': ({ name, settings: { url }, secrets: { apiKey } }): Send => {
      const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
      return async (body, _, signal) => {
        const { status } = await ask(
          { connection: name, method: 'POST', url, headers, body },
          signal,
        )
        if (status < 200 || status > 299) throw refused(status, new URL(url).host, name)
      }
    },
    'openlineage-file':
      ({ name: connection, settings: { folder } }): Send =>
      async (event, name, signal) => {
        signal.throwIfAborted()
        try {
          await mkdir(folder, { recursive: true })
          const file = join(folder, name)
          // Whole or not there.
          await writeFile(`${file}.part`, JSON.stringify(event))
          await rename(`${file}.part`, file)
        } catch (error) {
          const isFull = fileTrouble(errorCode(error)) === 'full'
          throw new Problem(
            {
              code: isFull ? 'disk-full' : 'trigger-failed',
              what: `The folder ${folder} could not take an event of OpenLineage.`,
              advice:
                'See that it is there, that it may be written to, and that it has room; then retry the run.',
              detail: errorCode(error),
              connection,
            },
            { cause: error },
          )
        }
      },
  })
  return {
    async test(connection, signal) {
      const at = new Date().toISOString()
      const lineage: Lineage = {
        runId: `test of ${connection.name} at ${at}`,
        dataset: 'pallet-test',
        startedAt: at,
        source: { path: '/pallet/test', bytes: null, rows: null },
        held: null,
        columns: [],
        outputs: [],
      }
      await send(senderOf(connection), lineage, 'START', at, null, signal)
      await send(senderOf(connection), lineage, 'COMPLETE', at, null, signal)
      return {
        message: 'A run called pallet-test was told of: look whether it is there.',
        places: null,
      }
    },
    trigger: (connection) => {
      const sender = senderOf(connection)
      const told = async (
        lineage: Lineage,
        type: EventType,
        at: string,
        why: string | null,
        signal: AbortSignal,
      ): Promise<void> => {
        await send(sender, lineage, 'START', lineage.startedAt, null, signal)
        await send(sender, lineage, type, at, why, signal)
      }
      return {
        tell: async ({ lineage }, signal) => {
          await told(lineage, 'COMPLETE', new Date().toISOString(), null, signal)
          return ''
        },
        ask: async () => ({ kind: 'done' }),
        ended: ({ endedAt, why, ...lineage }, signal) =>
          told(lineage, why === null ? 'ABORT' : 'FAIL', endedAt, why, signal),
      }
    },
  }
}

async function send(
  sender: Send,
  lineage: Lineage,
  type: EventType,
  at: string,
  why: string | null,
  signal: AbortSignal,
): Promise<void> {
  await sender(eventOf(lineage, type, at, why), `${lineage.runId}.${type}.json`, signal)
}

/** `why`: the sentence of a failure. */
function eventOf(
  { runId, dataset, source, held, columns, outputs }: Lineage,
  eventType: EventType,
  eventTime: string,
  why: string | null,
): object {
  const hasEnded = eventType !== 'START'
  const schema =
    columns.length === 0 ? {} : { schema: facet('1-2-0/SchemaDatasetFacet', { fields: columns }) }
  return {
    eventType,
    eventTime,
    producer,
    schemaURL: `${spec}/2-0-2/OpenLineage.json#/$defs/RunEvent`,
    run: {
      runId: uuidOf(runId),
      facets: {
        tags: facet('1-0-0/TagsRunFacet', {
          tags: [{ key: 'pallet_run', value: runId, source: 'INTEGRATION' }],
        }),
        ...(why === null
          ? {}
          : {
              errorMessage: facet('1-0-1/ErrorMessageRunFacet', {
                message: why,
                programmingLanguage: 'English',
              }),
            }),
      },
    },
    job: {
      namespace: 'pallet',
      name: dataset,
      facets: {
        jobType: facet('2-0-4/JobTypeJobFacet', {
          processingType: 'BATCH',
          integration: 'PALLET',
          jobType: 'JOB',
        }),
      },
    },
    inputs: [
      {
        namespace: 'file',
        name: source.path,
        ...(hasEnded && source.rows !== null
          ? { inputFacets: qualityOf(source, source.rows, held) }
          : {}),
      },
    ],
    outputs: outputs.map(({ namespace, name, rows, bytes }) => ({
      namespace,
      name,
      facets: schema,
      ...(hasEnded && rows !== null
        ? {
            outputFacets: {
              outputStatistics: facet('1-0-2/OutputStatisticsOutputDatasetFacet', {
                rowCount: rows,
                ...(bytes === null ? {} : { size: bytes }),
              }),
            },
          }
        : {}),
    })),
  }
}

function qualityOf({ bytes }: Lineage['source'], rows: number, held: number | null): object {
  return {
    dataQualityMetrics: facet('1-0-3/DataQualityMetricsInputDatasetFacet', {
      rowCount: rows,
      ...(bytes === null ? {} : { bytes }),
      columnMetrics: {},
    }),
    ...(held === null
      ? {}
      : {
          dataQualityAssertions: facet('1-1-0/DataQualityAssertionsDatasetFacet', {
            assertions: [{ assertion: 'no row is held back', success: held === 0 }],
          }),
        }),
  }
}

/** `1-2-0/SchemaDatasetFacet`: a version of the published schema, and what it calls itself. */
const facet = (schema: string, said: object): object => ({
  _producer: producer,
  _schemaURL: `${spec}/facets/${schema}.json#/$defs/${schema.split('/')[1]}`,
  ...said,
})

/** OpenLineage wants a UUID: always the same one of a run (version 8, RFC 9562). */
function uuidOf(runId: string): string {
  const bytes = createHash('sha256').update(`pallet ${runId}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return z.uuid().parse(bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
}

function refused(status: number, host: string, connection: string): Problem {
  const isKey = status === 401 || status === 403
  const detail = `HTTP ${status}`
  if (isKey)
    return new Problem({
      code: 'credential-rejected',
      what: `${host} did not accept the API key.`,
      did: 'The run waits.',
      advice: 'Enter it again in the connection.',
      detail,
      connection,
    })
  return new Problem({
    code: 'trigger-failed',
    what: `${host} did not take an event of OpenLineage.`,
    advice: 'Check the address in the connection, with its path; then retry the run.',
    detail,
    connection,
  })
}
