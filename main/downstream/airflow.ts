/**
 * Airflow 3 by its REST API v2. A run of a DAG has a name that we give it, made of our run's id: asking for it again answers
 * that it is there, so that nothing is ever started twice.
 */
import { z } from 'zod'
import type { Problem } from '../../shared/domain/problem.ts'
import { plural } from '../../shared/domain/sizes.ts'
import {
  type Part,
  type WorkState,
  failedWords,
  mostLogs,
  withLog,
  workingWords,
} from '../../shared/domain/runs/work.ts'
import { airflow as record } from '../../shared/systems/airflow.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import type { OpenConnection } from '../../shared/systems/record.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'
import type { Landed, TriggerState } from '../runs/ports/triggers.ts'
import { AirflowApi, type SignIn, detailOf } from './airflowApi.ts'
import { clockOf, mustBeSettled } from './settling.ts'

/** DAGs that are offered; any other can be typed. */
const mostDags = 500

/** Before the name of an asset, where a DAG could stand: an id of a DAG has no colon. */
const assetMark = 'asset:'
/** Of an asset, the latest. */
const mostEvents = 100

const Version = z.object({ version: z.string() })
const Dag = z.object({
  dag_id: z.string(),
  is_paused: z.boolean(),
  /** Its file is gone. */
  is_stale: z.boolean().default(false),
  has_import_errors: z.boolean().nullish(),
})
const Dags = z.object({ dags: z.array(Dag), total_entries: z.number() })
const DagRun = z.object({ state: z.string() })
const Assets = z.object({
  assets: z.array(z.object({ id: z.int(), name: z.string(), uri: z.string() })),
})
const AssetEvents = z.object({
  asset_events: z.array(z.object({ extra: z.record(z.string(), z.unknown()).nullish() })),
})
const AssetEvent = z.object({ id: z.int() })
const Cleared = z.object({ task_instances: z.array(z.unknown()) })
const Tasks = z.object({
  task_instances: z.array(
    z.object({
      task_id: z.string(),
      state: z.string().nullable(),
      try_number: z.number(),
      map_index: z.number().optional(),
    }),
  ),
})
const Log = z.object({
  content: z.array(
    z.union([
      z.string(),
      z.object({
        event: z.string(),
        /** What was thrown, the cause last. */
        error_detail: z.array(z.object({ exc_value: z.string() })).optional(),
      }),
    ]),
  ),
})

export function airflow(): OutsideSystem {
  /** Tokens that Airflow has given, by connection; in memory only. */
  const tokens = new Map<string, string>()
  const serverOf: (connection: OpenConnection) => { url: string; signIn: SignIn } = byKind(record, {
    'airflow-password': ({ settings: { url, user }, secrets: { password } }) => ({
      url,
      signIn: { user, password },
    }),
    'airflow-token': ({ settings: { url }, secrets: { token } }) => ({ url, signIn: { token } }),
  })
  const open = (connection: OpenConnection): AirflowApi =>
    new AirflowApi(connection.name, serverOf(connection), tokens)
  return {
    async test(connection, signal) {
      const server = open(connection)
      const { version } = await server.get(Version, '/version', signal)
      const { dags, total_entries: total } = await server.get(
        Dags,
        `/dags?limit=${mostDags}`,
        signal,
      )
      return {
        message: `Airflow ${version} answers, and has ${plural(total, 'DAG')}.`,
        places: {
          label: 'DAGs',
          names: [
            ...dags.map(({ dag_id }) => dag_id),
            ...(await assetsOf(server, signal)).map(({ name }) => `${assetMark}${name}`),
          ],
        },
      }
    },
    forget: (connection) => void tokens.delete(connection),
    trigger: (connection) => {
      const server = open(connection)
      return {
        tell: (landed, signal) =>
          isAsset(landed.job) ? changeAsset(server, landed, signal) : start(server, landed, signal),
        check: ({ job }, signal) => check(server, job, signal),
        ask: (told, signal) =>
          // Whoever waits for an asset is the business of Airflow.
          isAsset(told) ? Promise.resolve({ kind: 'done' }) : stateOf(server, told, signal),
        async switchOn(told, signal) {
          const path = `/dags/${encodeURIComponent(pathOf(told).dag)}?update_mask=is_paused`
          server.understood(Dag, await server.ask('PATCH', path, signal, { is_paused: false }))
        },
        async again(told, signal) {
          const { dag, run } = pathOf(told)
          const path = `/dags/${encodeURIComponent(dag)}/clearTaskInstances`
          const asked = { dag_run_id: run, only_failed: true, dry_run: false, reset_dag_runs: true }
          server.understood(Cleared, await server.ask('POST', path, signal, asked))
        },
        async cancel(told, signal) {
          // It has no state of its own for that; what has ended, or is gone, is as good as ended.
          const { path } = pathOf(told)
          const { state } = server.understood(DagRun, await server.ask('GET', path, signal))
          if (state === 'success' || state === 'failed') return
          await server.ask('PATCH', path, signal, { state: 'failed', note: 'Ended by Pallet.' })
        },
      }
    },
  }
}

const isAsset = (job: string | null): boolean => job?.startsWith(assetMark) === true

async function assetsOf(server: AirflowApi, signal: AbortSignal) {
  const { assets } = await server.get(Assets, `/assets?limit=${mostDags}`, signal)
  return assets
}

async function assetOf(server: AirflowApi, job: string, signal: AbortSignal): Promise<number> {
  const wanted = job.slice(assetMark.length)
  const pattern = encodeURIComponent(wanted)
  const { assets } = await server.get(
    Assets,
    `/assets?name_pattern=${pattern}&limit=${mostDags}`,
    signal,
  )
  const found = assets.find(({ name, uri }) => name === wanted || uri === wanted)
  if (found !== undefined) return found.id
  throw server.problem({
    code: 'trigger-failed',
    what: `Airflow at ${server.host} has no asset “${wanted}”.`,
    advice: 'Check its name: it is that of a DAG which is scheduled by it or makes it.',
  })
}

/** Says that an asset has changed. Airflow takes every event for a new one: ours has the id of the run, and is looked for. */
async function changeAsset(
  server: AirflowApi,
  { runId, job, values, parameters, begunAt, begin }: Landed,
  signal: AbortSignal,
): Promise<string> {
  const asset = job ?? ''
  const id = await assetOf(server, asset, signal)
  const path = `/assets/events?asset_id=${id}&order_by=-timestamp&limit=${mostEvents}`
  const answer = await server.ask('GET', path, signal)
  const { asset_events: events } = server.understood(AssetEvents, answer)
  if (events.some(({ extra }) => extra?.run_id === runId)) return asset
  const nowMs = clockOf(answer)
  if (begunAt !== null) mustBeSettled({ connection: server.name, title: 'Airflow' }, begunAt, nowMs)
  begin(nowMs)
  const extra = { ...parameters, ...values, run_id: runId }
  const sent = await server.ask('POST', '/assets/events', signal, { asset_id: id, extra })
  server.understood(AssetEvent, sent)
  return asset
}

/** A DAG's id has no slash. */
const nameOf = (dag: string, run: string): string => `${dag}/${run}`

const pathOf = (told: string): { dag: string; run: string; path: string } => {
  const at = told.indexOf('/')
  const dag = told.slice(0, at)
  const run = told.slice(at + 1)
  const path = `/dags/${encodeURIComponent(dag)}/dagRuns/${encodeURIComponent(run)}`
  return { dag, run, path }
}

async function start(server: AirflowApi, landed: Landed, signal: AbortSignal): Promise<string> {
  const { runId, dataset, values, job, parameters } = landed
  if (job === null) throw new Error('A plan names a DAG for every trigger that needs one.')
  const run = `pallet__${runId}`
  const answer = await server.ask('POST', `/dags/${encodeURIComponent(job)}/dagRuns`, signal, {
    dag_run_id: run,
    // Airflow 3.0 to 3.3 ask for it, empty or not.
    logical_date: null,
    note: `Started by Pallet: ${dataset}, ${plural(Number(values.rows), 'row')}.`,
    conf: { ...values, ...parameters },
  })
  switch (answer.status) {
    case 200:
    // It is there: an earlier call was heard, though its answer was lost.
    case 409:
      return nameOf(job, run)
    case 404:
      throw noDag(server, job)
    case 400:
    case 422:
      throw server.problem({
        code: 'trigger-failed',
        what: `Airflow at ${server.host} did not accept what Pallet tells the DAG “${job}”.`,
        advice: 'Ask whoever looks after the DAG what it takes, and retry the run.',
        detail: detailOf(answer),
      })
    default:
      throw server.unforeseen(answer)
  }
}

const noDag = (server: AirflowApi, job: string): Problem =>
  server.problem({
    code: 'trigger-failed',
    what: `Airflow at ${server.host} has no DAG “${job}”.`,
    advice: 'Check its id, or choose another one for the dataset.',
  })

async function check(server: AirflowApi, job: string, signal: AbortSignal): Promise<string> {
  if (isAsset(job)) {
    await assetOf(server, job, signal)
    return `Airflow has the asset “${job.slice(assetMark.length)}”.`
  }
  const answer = await server.ask('GET', `/dags/${encodeURIComponent(job)}`, signal)
  if (answer.status === 404) throw noDag(server, job)
  const dag = server.understood(Dag, answer)
  if (dag.is_stale) throw noDag(server, job)
  if (dag.has_import_errors === true)
    throw server.problem({
      code: 'trigger-failed',
      what: `Airflow at ${server.host} cannot read the file of the DAG “${job}”, and so does not start it.`,
      advice: 'Ask whoever looks after the DAG: Airflow shows what is wrong with it.',
    })
  if (dag.is_paused)
    throw server.problem({
      code: 'trigger-failed',
      what: `The DAG “${job}” is paused in Airflow at ${server.host}: a run that tells it waits until it is switched on.`,
      advice: 'Switch it on there.',
    })
  return `Airflow has the DAG “${job}”, and it is switched on.`
}

async function stateOf(
  server: AirflowApi,
  told: string,
  signal: AbortSignal,
): Promise<TriggerState> {
  const { dag, path } = pathOf(told)
  const answer = await server.ask('GET', path, signal)
  if (answer.status === 404)
    return { kind: 'failed', what: 'Airflow has not got that run any more.' }
  const { state } = server.understood(DagRun, answer)
  const working = (doing: string) => ({ kind: 'working' as const, doing })
  switch (state) {
    case 'success':
      return { kind: 'done' }
    case 'failed':
      return await whyFailed(server, path, signal)
    case 'queued': {
      const { is_paused: isPaused } = await server.get(
        Dag,
        `/dags/${encodeURIComponent(dag)}`,
        signal,
      )
      if (!isPaused) return working(`“${dag}” waits for its turn in Airflow`)
      return {
        ...working(`“${dag}” is paused in Airflow: it runs when somebody switches it on there`),
        isPaused: true,
      }
    }
    case 'running': {
      const { task_instances: tasks } = await server.get(Tasks, `${path}/taskInstances`, signal)
      const parts = tasks.map(partOf)
      return { ...working(workingWords(`“${dag}” runs in Airflow`, parts, 'task')), parts }
    }
    default:
      // Never taken for an end.
      return working(`“${dag}” is “${state}” in Airflow`)
  }
}

type Task = z.infer<typeof Tasks>['task_instances'][number]

const partOf = ({ task_id: name, state, try_number: tries }: Task): Part => ({
  name,
  state: workStateOf(state),
  tries,
})

function workStateOf(state: string | null): WorkState {
  switch (state) {
    case null:
    case 'scheduled':
    case 'queued':
    case 'deferred':
    case 'up_for_reschedule':
      return 'waits'
    case 'running':
    case 'restarting':
    case 'up_for_retry':
      return 'works'
    case 'success':
      return 'done'
    case 'skipped':
    case 'removed':
      return 'skipped'
    case 'failed':
    case 'upstream_failed':
      return 'failed'
    default:
      return 'unknown'
  }
}

/** The tasks that failed, with the ends of their logs, and the last that the first of them has said. */
async function whyFailed(
  server: AirflowApi,
  path: string,
  signal: AbortSignal,
): Promise<TriggerState> {
  const { task_instances: tasks } = await server.get(Tasks, `${path}/taskInstances`, signal)
  const failed = tasks.filter(({ state }) => state === 'failed')
  if (failed.length === 0)
    return { kind: 'failed', what: 'Airflow marked it as failed.', parts: tasks.map(partOf) }
  const logs = new Map<Task, string[]>()
  for (const task of failed.slice(0, mostLogs))
    logs.set(task, await logOf(server, path, task, signal))
  const [first = []] = logs.values()
  const what = failedWords(failed.map(partOf), first.at(-1) ?? '', 'task')
  const parts = tasks.map((task) => withLog(partOf(task), logs.get(task) ?? []))
  return { kind: 'failed', what, parts }
}

/** Lines without the marks of its folds. */
async function logOf(
  server: AirflowApi,
  path: string,
  { task_id: task, try_number: tries, map_index: index = -1 }: Task,
  signal: AbortSignal,
): Promise<string[]> {
  const { body } = await server.ask(
    'GET',
    `${path}/taskInstances/${encodeURIComponent(task)}/logs/${tries}?map_index=${index}`,
    signal,
  )
  return (Log.safeParse(body).data?.content ?? [])
    .flatMap((line) =>
      typeof line === 'string'
        ? [line]
        : [line.event, ...(line.error_detail ?? []).slice(-1).map((thrown) => thrown.exc_value)],
    )
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('::'))
}
