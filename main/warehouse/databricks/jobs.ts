/**
 * Jobs of a workspace (Jobs 2.2). A run of a job is started with a token of ours: asked for again, Databricks answers with the run that
 * is there, so that nothing is ever started twice. https://docs.databricks.com/api/workspace/jobs
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Problem } from '../../../shared/domain/problem.ts'
import {
  type Part,
  type WorkState,
  failedWords,
  withLog,
  workingWords,
} from '../../../shared/domain/runs/work.ts'
import type { Answer } from '../../network/requests.ts'
import type { Landed, Trigger, TriggerState } from '../../runs/ports/triggers.ts'
import { saidIn } from './problems.ts'
import type { Workspace } from './workspace.ts'

const api = '/api/2.2/jobs'
/** Before the path of a notebook that runs once, without a job; after it, a name of a job could not be that. */
const notebookMark = 'notebook:/'
/** Jobs that are offered; any other can be typed. */
const mostJobs = 500
/** Of a job with more tasks, these are counted. */
const mostTaskPages = 10

const Jobs = z.object({
  jobs: z
    .array(z.object({ job_id: z.int(), settings: z.object({ name: z.string().optional() }) }))
    .default([]),
  next_page_token: z.string().optional(),
})
const Job = z.object({
  settings: z.object({ parameters: z.array(z.object({ name: z.string() })).default([]) }),
})
const Item = z.object({ object_type: z.string() })
const Started = z.object({ run_id: z.int() })
const Status = z.object({
  state: z.string(),
  termination_details: z
    .object({ code: z.string(), type: z.string(), message: z.string().default('') })
    .optional(),
})
const Task = z.object({
  task_key: z.string(),
  run_id: z.int(),
  attempt_number: z.int().default(0),
  status: Status.optional(),
})
const JobRun = z.object({
  status: Status,
  tasks: z.array(Task).default([]),
  next_page_token: z.string().optional(),
})
const Repaired = z.object({
  repair_history: z.array(z.object({ id: z.int().optional(), type: z.string() })).default([]),
})
const Output = z.object({ error: z.string().default(''), error_trace: z.string().default('') })

type Task = z.infer<typeof Task>

export function databricksJobs(workspace: Workspace): Trigger {
  return {
    tell: (landed, signal) => start(workspace, landed, signal),
    check: ({ job, parameters }, signal) => check(workspace, job, parameters, signal),
    ask: (told, signal) => stateOf(workspace, told, signal),
    async again(told, signal) {
      const id = runIdIn(told)
      const path = `${api}/runs/get?run_id=${id}&include_history=true`
      const { repair_history: history } = understood(
        workspace,
        Repaired,
        await workspace.once('GET', path, signal),
      )
      const last = history.findLast(({ type }) => type === 'REPAIR')?.id
      const body = {
        run_id: id,
        rerun_all_failed_tasks: true,
        ...(last === undefined ? {} : { latest_repair_id: last }),
      }
      await workspace.once('POST', `${api}/runs/repair`, signal, { body })
    },
    async cancel(told, signal) {
      const body = { run_id: runIdIn(told) }
      // One that has ended, or is gone, is as good as ended.
      await workspace.once('POST', `${api}/runs/cancel`, signal, {
        body,
        expected: [200, 400, 404],
      })
    },
  }
}

/** What can be chosen: names, and with its id in brackets what has the name of another. Null: they may not be seen. */
export async function jobNames(
  workspace: Workspace,
  signal: AbortSignal,
): Promise<string[] | null> {
  const found: { id: number; name: string }[] = []
  let page = ''
  do {
    const path = `${api}/list?limit=100${page === '' ? '' : `&page_token=${encodeURIComponent(page)}`}`
    const { status, body } = await workspace.once('GET', path, signal, {
      expected: [200, 403, 404],
    })
    const jobs = Jobs.safeParse(body)
    if (status !== 200 || !jobs.success) return null
    for (const { job_id: id, settings } of jobs.data.jobs)
      found.push({ id, name: settings.name ?? '' })
    page = jobs.data.next_page_token ?? ''
  } while (page !== '' && found.length < mostJobs)
  return found.map(({ id, name }) => {
    const isAlone = name !== '' && found.filter((other) => other.name === name).length === 1
    return isAlone ? name : `${name} (${id})`.trim()
  })
}

/** That of the one job with the name; else the id that is given, alone or in brackets behind a name. */
async function jobIdOf(workspace: Workspace, job: string, signal: AbortSignal): Promise<number> {
  const path = `${api}/list?limit=100&name=${encodeURIComponent(job)}`
  const answer = await workspace.once('GET', path, signal)
  // Databricks takes capitals for small letters here.
  const named = understood(workspace, Jobs, answer).jobs.filter(
    ({ settings }) => settings.name === job,
  )
  const [one, another] = named
  if (one !== undefined && another === undefined) return one.job_id
  if (another !== undefined)
    throw new Problem({
      code: 'trigger-failed',
      what: `Databricks at ${workspace.host} has ${named.length} jobs called “${job}”.`,
      did: 'None of them was started.',
      advice: 'Choose one with its id in brackets for the dataset, and send the file again.',
    })
  const [, id] = /^(?:.* \()?(\d{1,15})\)?$/.exec(job) ?? []
  if (id === undefined) throw noSuchJob(workspace, job)
  return Number(id)
}

async function check(
  workspace: Workspace,
  job: string,
  parameters: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  if (job.startsWith(notebookMark)) {
    const notebook = notebookIn(job)
    const at = `/api/2.0/workspace/get-status?path=${encodeURIComponent(notebook)}`
    const found = await workspace.once('GET', at, signal, { expected: [200, 400, 404] })
    const isThere = Item.safeParse(found.body).data?.object_type === 'NOTEBOOK'
    if (found.status !== 200 || !isThere) throw noNotebook(workspace, notebook)
    return `Databricks has the notebook “${notebook}”.`
  }
  const path = `${api}/get?job_id=${await jobIdOf(workspace, job, signal)}`
  const answer = await workspace.once('GET', path, signal, { expected: [200, 400, 404] })
  if (isMissing(answer)) throw noSuchJob(workspace, job)
  const { settings } = understood(workspace, Job, answer)
  const odd = parameters.find((given) => settings.parameters.every(({ name }) => name !== given))
  if (odd !== undefined)
    throw new Problem({
      code: 'trigger-failed',
      what: `The job “${job}” of Databricks at ${workspace.host} has no parameter ${odd}.`,
      advice: 'Change the job, or what the dataset tells it.',
    })
  return `Databricks has the job “${job}”, and it takes what it is told.`
}

async function start(
  workspace: Workspace,
  { runId, job, parameters }: Landed,
  signal: AbortSignal,
): Promise<string> {
  if (job === null) throw new Error('A plan names a job for every trigger that needs one.')
  const given = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
  )
  const isNotebook = job.startsWith(notebookMark)
  const [path, body] = isNotebook
    ? (['/runs/submit', notebookRun(job, runId, given)] as const)
    : (['/run-now', jobRun(await jobIdOf(workspace, job, signal), runId, given)] as const)
  const answer = await workspace.once('POST', `${api}${path}`, signal, {
    body,
    expected: [200, 400, 404],
  })
  if (isMissing(answer))
    throw isNotebook ? noNotebook(workspace, notebookIn(job)) : noSuchJob(workspace, job)
  if (answer.status === 400)
    throw new Problem({
      code: 'trigger-failed',
      what: `Databricks at ${workspace.host} did not start the job “${job}”: ${saidIn(answer)}`,
      did: 'Nothing was started.',
      advice: 'Ask whoever looks after the job what it takes, and retry the run.',
      detail: `HTTP ${answer.status}`,
    })
  return `${job}/${understood(workspace, Started, answer).run_id}`
}

// Tokens are of what is started, too: one is for the whole workspace, and has 64 characters at most.
const jobRun = (jobId: number, runId: string, given: Record<string, string>): object => ({
  job_id: jobId,
  idempotency_token: `${runId}-${jobId}`,
  job_parameters: given,
  queue: { enabled: true },
})

/** It names no cluster: Databricks has it run on serverless compute. */
function notebookRun(job: string, runId: string, given: Record<string, string>): object {
  const path = notebookIn(job)
  const sum = createHash('sha256').update(path).digest('hex').slice(0, 8)
  const notebook = { notebook_path: path, source: 'WORKSPACE', base_parameters: given }
  return {
    run_name: `Pallet: ${path}`.slice(0, 250),
    idempotency_token: `${runId}-${sum}`,
    tasks: [{ task_key: 'notebook', notebook_task: notebook }],
    queue: { enabled: true },
  }
}

const notebookIn = (job: string): string => job.slice(notebookMark.length - 1)

async function stateOf(
  workspace: Workspace,
  told: string,
  signal: AbortSignal,
): Promise<TriggerState> {
  const tasks: Task[] = []
  let status: z.infer<typeof Status> | null = null
  let page = ''
  for (let nth = 0; nth < mostTaskPages && (nth === 0 || page !== ''); nth += 1) {
    const path = `${api}/runs/get?run_id=${runIdIn(told)}${page === '' ? '' : `&page_token=${encodeURIComponent(page)}`}`
    const answer = await workspace.once('GET', path, signal, { expected: [200, 400, 404] })
    if (isMissing(answer))
      return { kind: 'failed', what: 'Databricks has not got that run any more.' }
    const run = understood(workspace, JobRun, answer)
    status = run.status
    tasks.push(...run.tasks)
    page = run.next_page_token ?? ''
  }
  if (status === null) throw new Error('The first page is always asked for.')
  const name = `“${told.slice(0, told.lastIndexOf('/'))}”`
  const parts = tasks.map(partOf)
  switch (status.state) {
    case 'TERMINATED': {
      const end = await ended(workspace, status.termination_details, tasks, signal)
      return end.kind === 'failed' ? { parts, ...end } : end
    }
    case 'QUEUED':
    case 'PENDING':
    case 'BLOCKED':
    case 'WAITING':
      return { kind: 'working', doing: `${name} waits for its turn in Databricks` }
    case 'RUNNING':
      return {
        kind: 'working',
        doing: workingWords(`${name} runs in Databricks`, parts, 'task'),
        parts,
      }
    case 'TERMINATING':
      return { kind: 'working', doing: `${name} is being ended in Databricks` }
    default:
      // Never taken for an end.
      return { kind: 'working', doing: `${name} is “${status.state}” in Databricks` }
  }
}

/** A run that has ended is done only where Databricks says so in words that are known. */
async function ended(
  workspace: Workspace,
  details: z.infer<typeof Status>['termination_details'],
  tasks: readonly Task[],
  signal: AbortSignal,
): Promise<TriggerState> {
  const { code = '', type = '', message = '' } = details ?? {}
  const isGood = code === 'SUCCESS' || code === 'SUCCESS_WITH_FAILURES'
  if (type === 'SUCCESS' && isGood) return { kind: 'done' }
  if (type === 'SUCCESS' || type === '' || code === '')
    return {
      kind: 'failed',
      what: `It has ended in a way that Pallet does not know, “${code || type || 'without a reason'}”: look there whether it is done.`,
    }
  const failed = tasks.filter((task) => partOf(task).state === 'failed')
  // Tasks that never began failed because of this one.
  const first = failed.find(({ status }) => status?.termination_details?.code !== 'UPSTREAM_FAILED')
  if (/^(USER_)?CANCELL?ED$/.test(code))
    return { kind: 'failed', what: 'It was cancelled in Databricks.' }
  if (first !== undefined) {
    const [said = '', trace = ''] = await outputOf(workspace, first, signal)
    const others = failed.filter((task) => task !== first)
    const what = failedWords([first, ...others].map(partOf), said, 'task')
    const parts = tasks.map((task) => withLog(partOf(task), task === first ? [trace, said] : []))
    return { kind: 'failed', what, parts }
  }
  const also = message.trim() === '' ? '' : `, saying “${message.trim().slice(0, 300)}”`
  return { kind: 'failed', what: `Databricks ended it as ${code}${also}.` }
}

/** What a task left when it failed, and where in it that was; a job's cluster may be gone with both. */
async function outputOf(workspace: Workspace, task: Task, signal: AbortSignal): Promise<string[]> {
  const { message = '' } = task.status?.termination_details ?? {}
  const { status, body } = await workspace.once(
    'GET',
    `${api}/runs/get-output?run_id=${task.run_id}`,
    signal,
    { expected: [200, 400, 403, 404] },
  )
  const output = Output.safeParse(body)
  if (status !== 200 || !output.success || output.data.error === '') return [message]
  return [output.data.error, output.data.error_trace]
}

const partOf = ({ task_key: name, attempt_number: attempt, status }: Task): Part => ({
  name,
  state: workStateOf(status),
  tries: attempt + 1,
})

function workStateOf(status: Task['status']): WorkState {
  if (status === undefined) return 'unknown'
  const { code = '', type = '' } = status.termination_details ?? {}
  switch (status.state) {
    case 'TERMINATED':
      if (type === 'SUCCESS' && code === 'SUCCESS') return 'done'
      if (type === 'SUCCESS' || type === '') return 'unknown'
      return /SKIPPED|CONDITION|DISABLED|EXCLUDED/.test(code) ? 'skipped' : 'failed'
    case 'RUNNING':
    case 'TERMINATING':
      return 'works'
    case 'QUEUED':
    case 'PENDING':
    case 'BLOCKED':
    case 'WAITING':
      return 'waits'
    default:
      return 'unknown'
  }
}

const runIdIn = (told: string): number => Number(told.slice(told.lastIndexOf('/') + 1))

/** Of a job or a run that is not there, 400 is said, too. */
const isMissing = (answer: Answer): boolean =>
  answer.status === 404 || (answer.status === 400 && /does not exist/i.test(saidIn(answer)))

function understood<Shape>(workspace: Workspace, shape: z.ZodType<Shape>, answer: Answer): Shape {
  const parsed = shape.safeParse(answer.body)
  if (answer.status === 200 && parsed.success) return parsed.data
  throw new Problem({
    code: 'trigger-failed',
    what: `What answers at ${workspace.host} does not answer as jobs of Databricks do.`,
    did: 'Pallet does not know what became of the job.',
    advice: 'Check the workspace address in the connection; then retry the run, which asks again.',
    detail: `HTTP ${answer.status} ${saidIn(answer)}`.trim(),
  })
}

const noNotebook = ({ host }: Workspace, path: string): Problem =>
  new Problem({
    code: 'trigger-failed',
    what: `Databricks at ${host} has no notebook “${path}” that may be seen by whoever signs in.`,
    did: 'Nothing was started.',
    advice: 'Check its path, as its page in the workspace has it.',
  })

const noSuchJob = ({ host }: Workspace, job: string): Problem =>
  new Problem({
    code: 'trigger-failed',
    what: `Databricks at ${host} has no job “${job}” that may be seen by whoever signs in.`,
    did: 'Nothing was started.',
    advice: 'Check its name, choose another one for the dataset, and send the file again.',
  })
