/**
 * Azure Data Factory by its REST API of 2018-06-01. It knows no key by which a start is known when it comes again: so a pipeline is given the
 * id of Pallet's run, and before it is started it is looked whether one with that id is there.
 */
import { z } from 'zod'
import { Problem } from '../../shared/domain/problem.ts'
import { plural } from '../../shared/domain/sizes.ts'
import {
  type Part,
  type WorkState,
  failedWords,
  withLog,
  workingWords,
} from '../../shared/domain/runs/work.ts'
import { dataFactory as record } from '../../shared/systems/dataFactory.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import type { OpenConnection } from '../../shared/systems/record.ts'
import type { EntraSettings, SignIn } from '../runs/ports/signIn.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'
import type { Landed, TriggerState } from '../runs/ports/triggers.ts'
import { type AzureApi, askAzure, getAzure, saidIn, understood } from './azureRest.ts'
import { clockOf, mustBeSettled } from './settling.ts'

const version = 'api-version=2018-06-01'
/** By which Pallet knows its run again. */
const runParameter = 'run_id'
const dayMs = 86_400_000
/** Pages of a list that are read. */
const mostPages = 20

const Page = z.object({ value: z.array(z.unknown()), nextLink: z.string().optional() })
const Pipeline = z.object({
  name: z.string(),
  properties: z.object({ parameters: z.record(z.string(), z.unknown()).default({}) }),
})
const PipelineRun = z.object({
  runId: z.string(),
  runGroupId: z.string().nullish(),
  status: z.string(),
  message: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  isLatest: z.boolean().nullish(),
})
const PipelineRuns = z.object({
  value: z.array(PipelineRun),
  continuationToken: z.string().optional(),
})
const Activities = z.object({
  value: z.array(
    z.object({
      activityName: z.string(),
      status: z.string(),
      retryAttempt: z.number().nullish(),
      error: z.object({ message: z.string().nullish() }).nullish(),
    }),
  ),
})
const Started = z.object({ runId: z.string() })

type PipelineRun = z.infer<typeof PipelineRun>
type Activity = z.infer<typeof Activities>['value'][number]

export function dataFactory(signIn: SignIn): OutsideSystem {
  interface Place {
    subscription: string
    resourceGroup: string
    factory: string
    url: string
  }
  const reached = (
    connection: string,
    { subscription, resourceGroup, factory, url }: Place,
    way: EntraSettings,
    secret: string | null = null,
  ): AzureApi => ({
    connection,
    title: 'Data Factory',
    url: `${url.replace(/\/+$/, '')}/subscriptions/${subscription}/resourceGroups/${encodeURIComponent(resourceGroup)}/providers/Microsoft.DataFactory/factories/${encodeURIComponent(factory)}`,
    // Asked for anew each time: one that was forgotten gives nothing any more.
    token: () => signIn.tokenSource(connection, way, secret, `${new URL(url).origin}/.default`)(),
    forget: () => signIn.forget(connection),
    rights: 'the role Data Factory Contributor on the factory',
  })
  const open: (connection: OpenConnection) => AzureApi = byKind(record, {
    'data-factory-app': ({ name, settings, secrets }) => {
      const { tenant, client } = settings
      return reached(name, settings, { by: 'client-secret', tenant, client }, secrets.clientSecret)
    },
    'data-factory-browser': ({ name, settings }) =>
      reached(name, settings, { by: 'browser', tenant: settings.tenant }),
    'data-factory-default': ({ name, settings }) => reached(name, settings, { by: 'default' }),
  })
  return {
    async test(connection, signal) {
      const names = await pipelineNames(open(connection), signal)
      return {
        message: `The factory ${String(connection.settings.factory)} answers, and has ${plural(names.length, 'pipeline')}.`,
        places: { label: 'Pipelines', names },
      }
    },
    forget: (connection) => signIn.forget(connection),
    trigger: (connection) => ({
      tell: (landed, signal) => start(open(connection), landed, signal),
      async check({ job, parameters }, signal) {
        await mustTake(open(connection), job, parameters, signal)
        return `Data Factory has the pipeline “${job}”, and it takes what it is told.`
      },
      ask: (told, signal) => stateOf(open(connection), told, signal),
      async again(told, signal) {
        const api = open(connection)
        const run = await runOf(api, told, signal)
        if (run === null || !isOver(run.status)) return
        const name = encodeURIComponent(told.slice(0, told.lastIndexOf('/')))
        const from = `isRecovery=true&startFromFailure=true&referencePipelineRunId=${run.runId}`
        const path = `/pipelines/${name}/createRun?${from}&${version}`
        const body = run.parameters ?? {}
        await askAzure(api, 'POST', path, signal, { body, expected: [200, 202] })
      },
      async cancel(told, signal) {
        const api = open(connection)
        const run = await runOf(api, told, signal)
        if (run === null || isOver(run.status)) return
        const path = `/pipelineruns/${encodeURIComponent(run.runId)}/cancel?isRecursive=true&${version}`
        await askAzure(api, 'POST', path, signal, { expected: [200, 202, 204, 400, 404] })
      },
    }),
  }
}

async function pipelineNames(api: AzureApi, signal: AbortSignal): Promise<string[]> {
  const names: string[] = []
  let path: string | null = `/pipelines?${version}`
  for (let nth = 0; path !== null && nth < mostPages; nth += 1) {
    const page: z.infer<typeof Page> = await getAzure(api, Page, path, signal)
    names.push(...page.value.map((one) => z.object({ name: z.string() }).parse(one).name))
    // A token goes nowhere but where the connection says.
    const next = page.nextLink
    path = next?.startsWith(`${api.url}/`) === true ? next.slice(api.url.length) : null
  }
  return names
}

const nameOf = (pipeline: string, { runId }: { runId: string }): string => `${pipeline}/${runId}`

async function start(
  api: AzureApi,
  { runId, job, parameters, values, begunAt, begin }: Landed,
  signal: AbortSignal,
): Promise<string> {
  if (job === null) throw new Error('A plan names a pipeline for every trigger that needs one.')
  const nowMs = await mustTake(api, job, Object.keys(parameters), signal)
  const sinceMs =
    begunAt === null ? Math.min(Date.parse(String(values.time)), nowMs) : Date.parse(begunAt)
  const within = { sinceMs: sinceMs - dayMs, nowMs }
  const earlier = await query(api, within, [['PipelineName', job]], signal)
  const own = earlier.find((run) => run.parameters?.[runParameter] === runId)
  if (own !== undefined) return nameOf(job, own)
  if (begunAt !== null) mustBeSettled(api, begunAt, nowMs)
  begin(nowMs)
  const path = `/pipelines/${encodeURIComponent(job)}/createRun?${version}`
  const answer = await askAzure(api, 'POST', path, signal, {
    body: { ...parameters, [runParameter]: runId },
    expected: [200, 202, 400],
  })
  if (answer.status === 400)
    throw refused(api, `Data Factory did not start the pipeline “${job}”: ${saidIn(answer)}`)
  return nameOf(job, understood(api, Started, answer))
}

/** Fails where there is no such pipeline, or where it has no parameter of that name; answers what time it is there (Unix, milliseconds). */
async function mustTake(
  api: AzureApi,
  job: string,
  parameters: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const path = `/pipelines/${encodeURIComponent(job)}?${version}`
  const found = await askAzure(api, 'GET', path, signal, { expected: [200, 404] })
  if (found.status === 404)
    throw refused(api, `Data Factory has no pipeline “${job}” by the connection ${api.connection}.`)
  const { properties } = understood(api, Pipeline, found)
  const odd = [...parameters, runParameter].find((name) => !(name in properties.parameters))
  if (odd === runParameter)
    throw refused(
      api,
      `The pipeline “${job}” has no parameter ${runParameter}, by which Pallet would know its run again and never start it twice.`,
    )
  if (odd !== undefined) throw refused(api, `The pipeline “${job}” has no parameter ${odd}.`)
  return clockOf(found)
}

const refused = ({ connection }: AzureApi, what: string): Problem =>
  new Problem({
    code: 'trigger-failed',
    what,
    did: 'Nothing was started.',
    advice: 'Change the pipeline, or what the dataset tells it.',
    connection,
  })

/** Runs that have changed within these times of its clock (Unix, milliseconds), the latest first. */
async function query(
  api: AzureApi,
  { sinceMs, nowMs }: { sinceMs: number; nowMs: number },
  filters: readonly (readonly [operand: string, value: string])[],
  signal: AbortSignal,
): Promise<PipelineRun[]> {
  const runs: PipelineRun[] = []
  let token: string | undefined
  for (let nth = 0; nth < mostPages && (nth === 0 || token !== undefined); nth += 1) {
    const body = {
      lastUpdatedAfter: new Date(sinceMs).toISOString(),
      lastUpdatedBefore: new Date(nowMs + dayMs).toISOString(),
      filters: filters.map(([operand, value]) => ({
        operand,
        operator: 'Equals',
        values: [value],
      })),
      orderBy: [{ orderBy: 'RunStart', order: 'DESC' }],
      ...(token === undefined ? {} : { continuationToken: token }),
    }
    const answer = await askAzure(api, 'POST', `/queryPipelineRuns?${version}`, signal, { body })
    const page = understood(api, PipelineRuns, answer)
    runs.push(...page.value)
    token = page.continuationToken
  }
  return runs
}

/** The run that was started, or the last of those by which it was run again there. */
async function runOf(
  api: AzureApi,
  told: string,
  signal: AbortSignal,
): Promise<PipelineRun | null> {
  const id = told.slice(told.lastIndexOf('/') + 1)
  const path = `/pipelineruns/${encodeURIComponent(id)}?${version}`
  const answer = await askAzure(api, 'GET', path, signal, { expected: [200, 404] })
  if (answer.status === 404) return null
  const run = understood(api, PipelineRun, answer)
  const group = run.runGroupId
  if (run.isLatest !== false || group == null) return run
  const nowMs = clockOf(answer)
  const within = { sinceMs: nowMs - 45 * dayMs, nowMs }
  const again = await query(api, within, [['RunGroupId', group]], signal)
  return again.find(({ isLatest }) => isLatest === true) ?? run
}

const isOver = (status: string): boolean => /^(Succeeded|Failed|Cancelled)$/.test(status)

async function stateOf(api: AzureApi, told: string, signal: AbortSignal): Promise<TriggerState> {
  const run = await runOf(api, told, signal)
  if (run === null) return { kind: 'failed', what: 'Data Factory has not got that run any more.' }
  const name = `“${told.slice(0, told.lastIndexOf('/'))}”`
  switch (run.status) {
    case 'Succeeded':
      return { kind: 'done' }
    case 'Cancelled':
      return { kind: 'failed', what: 'It was cancelled in Data Factory.' }
    case 'Failed':
      return await whyFailed(api, run, signal)
    case 'Queued':
      return { kind: 'working', doing: `${name} waits for its turn in Data Factory` }
    case 'Canceling':
      return { kind: 'working', doing: `${name} is being cancelled in Data Factory` }
    case 'InProgress': {
      const parts = (await activitiesOf(api, run, signal)).map(partOf)
      const doing = workingWords(`${name} runs in Data Factory`, parts, 'activity', 'activities')
      return { kind: 'working', doing, parts }
    }
    default:
      // Never taken for an end.
      return { kind: 'working', doing: `${name} is “${run.status}” in Data Factory` }
  }
}

async function whyFailed(
  api: AzureApi,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<TriggerState> {
  const activities = await activitiesOf(api, run, signal)
  const parts = activities.map((activity) =>
    withLog(partOf(activity), [activity.error?.message ?? '']),
  )
  const failed = activities.filter((activity) => partOf(activity).state === 'failed')
  const [first] = failed
  const said = first?.error?.message ?? run.message ?? ''
  const saying = said === '' ? '' : `, saying “${said.slice(0, 300)}”`
  const what =
    first === undefined
      ? `Data Factory marked it as failed${saying}.`
      : failedWords(failed.map(partOf), said, 'activity', 'activities')
  return { kind: 'failed', what, parts }
}

async function activitiesOf(
  api: AzureApi,
  { runId }: PipelineRun,
  signal: AbortSignal,
): Promise<Activity[]> {
  const path = `/pipelineruns/${encodeURIComponent(runId)}/queryActivityruns?${version}`
  const body = {
    lastUpdatedAfter: new Date(Date.now() - 45 * dayMs).toISOString(),
    lastUpdatedBefore: new Date(Date.now() + dayMs).toISOString(),
    orderBy: [{ orderBy: 'ActivityRunStart', order: 'ASC' }],
  }
  return understood(api, Activities, await askAzure(api, 'POST', path, signal, { body })).value
}

const partOf = ({ activityName: name, status, retryAttempt }: Activity): Part => ({
  name,
  state: workStateOf(status),
  tries: (retryAttempt ?? 0) + 1,
})

function workStateOf(status: string): WorkState {
  switch (status) {
    case 'Queued':
      return 'waits'
    case 'InProgress':
      return 'works'
    case 'Succeeded':
      return 'done'
    case 'Skipped':
    case 'Inactive':
      return 'skipped'
    case 'Failed':
    case 'TimedOut':
    case 'Cancelled':
      return 'failed'
    default:
      return 'unknown'
  }
}
