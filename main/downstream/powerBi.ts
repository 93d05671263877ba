/**
 * Refreshes of Power BI by its REST API. It knows no key by which a refresh is known when it comes again: so before one is started again whose
 * answer was lost, the history is asked for one that began since; it has read the rows that landed, whoever started it.
 */
import { z } from 'zod'
import { Problem } from '../../shared/domain/problem.ts'
import { plural } from '../../shared/domain/sizes.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import { powerBi as record } from '../../shared/systems/powerBi.ts'
import type { OpenConnection } from '../../shared/systems/record.ts'
import type { EntraSettings, SignIn } from '../runs/ports/signIn.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'
import type { Landed, TriggerState } from '../runs/ports/triggers.ts'
import { type AzureApi, askAzure, getAzure, saidIn, understood } from './azureRest.ts'
import { clockOf, mustBeSettled } from './settling.ts'

const scope = 'https://analysis.windows.net/powerbi/api/.default'
const dayMs = 86_400_000
/** Workspaces whose models are offered; any other can be typed. */
const mostWorkspaces = 50
/** Of a history, the latest. */
const mostRefreshes = 60
/** What shared capacity takes in 24 hours. */
const sharedLimit = 8

const Workspaces = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      isOnDedicatedCapacity: z.boolean().default(false),
    }),
  ),
})
const Models = z.object({
  value: z.array(
    z.object({ id: z.string(), name: z.string(), isRefreshable: z.boolean().default(true) }),
  ),
})
const Refresh = z.object({
  requestId: z.string(),
  refreshType: z.string().default(''),
  startTime: z.string().optional(),
  status: z.string(),
  serviceExceptionJson: z.string().nullish(),
})
const Refreshes = z.object({ value: z.array(Refresh) })
const Details = z.object({
  objects: z.array(z.object({ table: z.string(), status: z.string() })).default([]),
  messages: z.array(z.object({ message: z.string() })).default([]),
})
const Thrown = z.object({ errorCode: z.string(), errorDescription: z.string().default('') })

type Refresh = z.infer<typeof Refresh>

/** Where a model is: what its paths begin with. */
interface Model {
  path: string
  /** Its workspace has a capacity of its own. */
  isDedicated: boolean
}

export function powerBi(signIn: SignIn): OutsideSystem {
  const reached = (
    connection: string,
    url: string,
    way: EntraSettings,
    secret: string | null = null,
  ): AzureApi => ({
    connection,
    title: 'Power BI',
    url: `${url.replace(/\/+$/, '')}/v1.0/myorg`,
    token: () => signIn.tokenSource(connection, way, secret, scope)(),
    forget: () => signIn.forget(connection),
    rights:
      'to build and refresh in the workspace, and for an app that an administrator lets it use the interface of Power BI',
  })
  const open: (connection: OpenConnection) => AzureApi = byKind(record, {
    'power-bi-app': ({ name, settings: { url, tenant, client }, secrets }) =>
      reached(name, url, { by: 'client-secret', tenant, client }, secrets.clientSecret),
    'power-bi-browser': ({ name, settings: { url, tenant } }) =>
      reached(name, url, { by: 'browser', tenant }),
    'power-bi-default': ({ name, settings: { url } }) => reached(name, url, { by: 'default' }),
  })
  return {
    async test(connection, signal) {
      const api = open(connection)
      const { value: workspaces } = await getAzure(
        api,
        Workspaces,
        `/groups?$top=${mostWorkspaces}`,
        signal,
      )
      const names: string[] = []
      for (const { id, name } of workspaces) {
        const { value: models } = await getAzure(api, Models, `/groups/${id}/datasets`, signal)
        for (const model of models) if (model.isRefreshable) names.push(`${name} / ${model.name}`)
      }
      return {
        message: `Power BI answers, and shows ${plural(names.length, 'semantic model')} in ${plural(workspaces.length, 'workspace')}.`,
        places: { label: 'Semantic models', names },
      }
    },
    forget: (connection) => signIn.forget(connection),
    trigger: (connection) => ({
      tell: (landed, signal) => start(open(connection), landed, signal),
      check: ({ job }, signal) => check(open(connection), job, signal),
      ask: (told, signal) => stateOf(open(connection), told, signal),
      cancel: (told, signal) => cancel(open(connection), told, signal),
    }),
  }
}

/** By names, “Retail / Sales”. */
async function modelOf(api: AzureApi, job: string, signal: AbortSignal): Promise<Model> {
  const at = job.indexOf(' / ')
  const [inside, called] = at === -1 ? ['', job] : [job.slice(0, at), job.slice(at + 3)]
  const filter = encodeURIComponent(`name eq '${inside.replaceAll("'", "''")}'`)
  const { value: workspaces } = await getAzure(api, Workspaces, `/groups?$filter=${filter}`, signal)
  const [workspace] = workspaces
  if (workspace === undefined)
    throw refused(api, `Power BI shows no workspace “${inside}” to whoever signs in.`)
  const { value: models } = await getAzure(api, Models, `/groups/${workspace.id}/datasets`, signal)
  const [model, another] = models.filter(({ name }) => name === called)
  if (model === undefined)
    throw refused(api, `The workspace “${inside}” has no semantic model “${called}”.`)
  if (another !== undefined)
    throw refused(api, `The workspace “${inside}” has several semantic models called “${called}”.`)
  return {
    path: `/groups/${workspace.id}/datasets/${model.id}/refreshes`,
    isDedicated: workspace.isOnDedicatedCapacity,
  }
}

async function start(
  api: AzureApi,
  { job, parameters, begunAt, begin }: Landed,
  signal: AbortSignal,
): Promise<string> {
  if (job === null) throw new Error('A plan names a model for every trigger that needs one.')
  const { path, isDedicated } = await modelOf(api, job, signal)
  const { history, serverNowMs } = await historyOf(api, path, signal)
  if (begunAt !== null) {
    // Its dates are of whole seconds.
    const sinceMs = Date.parse(begunAt) - 2_000
    const own = history.find(
      ({ startTime, refreshType }) =>
        refreshType !== 'Scheduled' && Date.parse(startTime ?? '') >= sinceMs,
    )
    if (own !== undefined) return nameOf(job, own)
    mustBeSettled(api, begunAt, serverNowMs)
  }
  if (history.some(isUnderWay)) throw busy(api, job)
  if (!isDedicated) mustBeWithinLimit(api, job, history, serverNowMs)
  begin(serverNowMs)
  const sent = await askAzure(api, 'POST', path, signal, {
    body: bodyOf(parameters),
    expected: [200, 202, 400],
  })
  if (sent.status === 400) {
    if (/in progress|already.*(refresh|execut)/i.test(saidIn(sent))) throw busy(api, job)
    throw refused(api, `Power BI did not refresh “${job}”: ${saidIn(sent)}`)
  }
  const requestId =
    sent.headers.get('location')?.split('/').at(-1) ?? sent.headers.get('x-ms-request-id')
  // It is heard, and found in the history.
  if (requestId === null) throw busy(api, job)
  return nameOf(job, { requestId })
}

/** The latest refreshes, and the time there (Unix, milliseconds). */
async function historyOf(
  api: AzureApi,
  path: string,
  signal: AbortSignal,
): Promise<{ history: Refresh[]; serverNowMs: number }> {
  const answer = await askAzure(api, 'GET', `${path}?$top=${mostRefreshes}`, signal)
  return { history: understood(api, Refreshes, answer).value, serverNowMs: clockOf(answer) }
}

async function check(api: AzureApi, job: string, signal: AbortSignal): Promise<string> {
  const { path, isDedicated } = await modelOf(api, job, signal)
  const { history, serverNowMs } = await historyOf(api, path, signal)
  if (!isDedicated) mustBeWithinLimit(api, job, history, serverNowMs)
  return `Power BI has the semantic model “${job}”, and its refreshes can be seen.`
}

const nameOf = (job: string, { requestId }: { requestId: string }): string => `${job}/${requestId}`

const isUnderWay = ({ status }: Refresh): boolean => status === 'Unknown' || status === 'InProgress'

/** Plain, where no more is said than whom Power BI writes to; all else makes it enhanced, which must not say that. */
function bodyOf(parameters: Landed['parameters']): object {
  const { notifyOption = 'NoNotification', tables, ...others } = parameters
  if (tables === undefined && Object.keys(others).length === 0) return { notifyOption }
  const typed = Object.entries(others).map(([name, value]): [string, unknown] => {
    if (name === 'maxParallelism' || name === 'retryCount') return [name, Number(value)]
    return name === 'applyRefreshPolicy' ? [name, value === 'true'] : [name, value]
  })
  const named = String(tables ?? '')
    .split(',')
    .map((table) => table.trim())
    .filter((table) => table !== '')
  return {
    ...Object.fromEntries(typed),
    ...(named.length === 0 ? {} : { objects: named.map((table) => ({ table })) }),
  }
}

/** Shared capacity takes so many a day, scheduled ones and ours: what it would refuse is not asked of it. */
function mustBeWithinLimit(
  { connection }: AzureApi,
  job: string,
  history: readonly Refresh[],
  nowMs: number,
): void {
  const today = history
    .map(({ startTime = '' }) => Date.parse(startTime))
    .filter((startMs) => startMs > nowMs - dayMs)
    .toSorted((a, b) => b - a)
  const oldest = today[sharedLimit - 1]
  if (oldest === undefined) return
  throw new Problem({
    code: 'server-busy',
    what: `“${job}” was refreshed ${today.length} times in 24 hours, and its workspace on shared capacity takes ${sharedLimit}.`,
    did: 'The run waits until one more is allowed.',
    advice: 'Take a refresh out of its schedule, or move the workspace to a capacity of its own.',
    connection,
    retryAfterMs: Math.min(oldest + dayMs - nowMs, 3_600_000),
  })
}

const busy = ({ connection }: AzureApi, job: string): Problem =>
  new Problem({
    code: 'server-busy',
    what: `“${job}” is being refreshed at Power BI already, which may have begun before the rows were there.`,
    did: 'Pallet has it refreshed when that has ended.',
    connection,
    retryAfterMs: 60_000,
  })

const refused = ({ connection }: AzureApi, what: string): Problem =>
  new Problem({
    code: 'trigger-failed',
    what,
    did: 'No refresh was started.',
    advice: 'Change it in Power BI, or what the dataset tells it.',
    connection,
  })

async function refreshOf(
  api: AzureApi,
  path: string,
  told: string,
  signal: AbortSignal,
): Promise<Refresh | null> {
  const { value } = await getAzure(api, Refreshes, `${path}?$top=${mostRefreshes}`, signal)
  const id = told.slice(told.lastIndexOf('/') + 1)
  return value.find(({ requestId }) => requestId === id) ?? null
}

async function stateOf(api: AzureApi, told: string, signal: AbortSignal): Promise<TriggerState> {
  const job = told.slice(0, told.lastIndexOf('/'))
  const { path } = await modelOf(api, job, signal)
  const refresh = await refreshOf(api, path, told, signal)
  const working = (doing: string): TriggerState => ({ kind: 'working', doing })
  if (refresh === null) return working(`Power BI has taken the refresh of “${job}”`)
  switch (refresh.status) {
    case 'Completed':
      return { kind: 'done' }
    case 'Unknown':
    case 'InProgress':
    case 'NotStarted': {
      const { objects } = await detailsOf(api, path, refresh, signal)
      const done = objects.filter(({ status }) => status === 'Completed').length
      const tables =
        objects.length === 0 ? '' : `, ${done} of ${plural(objects.length, 'table')} done`
      return working(`Power BI refreshes “${job}”${tables}`)
    }
    case 'Failed': {
      const { messages } = await detailsOf(api, path, refresh, signal)
      return { kind: 'failed', what: `The refresh failed${saying(refresh, messages)}.` }
    }
    case 'Cancelled':
      return { kind: 'failed', what: 'The refresh was cancelled in Power BI.' }
    case 'Disabled':
      return { kind: 'failed', what: 'Refreshing is switched off for this model in Power BI.' }
    default:
      // Never taken for an end.
      return working(`The refresh of “${job}” is “${refresh.status}” in Power BI`)
  }
}

/** An enhanced refresh tells more of itself. */
async function detailsOf(
  api: AzureApi,
  path: string,
  { refreshType, requestId }: Refresh,
  signal: AbortSignal,
): Promise<z.infer<typeof Details>> {
  if (refreshType !== 'ViaEnhancedApi') return { objects: [], messages: [] }
  const expected = [200, 202, 404]
  const answer = await askAzure(api, 'GET', `${path}/${requestId}`, signal, { expected })
  return answer.status === 404 ? { objects: [], messages: [] } : understood(api, Details, answer)
}

function saying(
  { serviceExceptionJson: json }: Refresh,
  messages: readonly { message: string }[],
): string {
  const [first] = messages
  let said = first?.message ?? ''
  try {
    const thrown = Thrown.safeParse(JSON.parse(json ?? ''))
    if (said === '' && thrown.success)
      said =
        thrown.data.errorDescription === '' ? thrown.data.errorCode : thrown.data.errorDescription
  } catch {
    // It says nothing in a form that is known.
  }
  return said === '' ? '' : `, saying “${said.replace(/\s+/g, ' ').slice(0, 300)}”`
}

async function cancel(api: AzureApi, told: string, signal: AbortSignal): Promise<void> {
  const { path } = await modelOf(api, told.slice(0, told.lastIndexOf('/')), signal)
  const refresh = await refreshOf(api, path, told, signal)
  if (refresh === null || !isUnderWay(refresh)) return
  if (refresh.refreshType !== 'ViaEnhancedApi')
    throw new Problem({
      code: 'trigger-failed',
      what: 'Power BI can end an enhanced refresh only, and this one is plain.',
      advice: 'It ends by itself; with a parameter such as type=Full the next one is enhanced.',
      connection: api.connection,
    })
  const expected = [200, 202, 204, 404]
  await askAzure(api, 'DELETE', `${path}/${refresh.requestId}`, signal, { expected })
}
