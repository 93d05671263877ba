/** Waiting for runs in a terminal, and telling of them what a person should see. */
import { accountOf } from '../../shared/domain/fixing/fixing.ts'
import { needSentence, needsOf } from '../../shared/domain/runs/need.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { type Receipt, asLastTime, isFinished } from '../../shared/domain/runs/run.ts'
import { type ExitCode, exitCodeOf, exitCodes } from './exitCodes.ts'
import type { Output } from './output.ts'
import type { CommandCore } from './session.ts'

/** Shows a run until it has ended or waits for something that neither time nor this command brings. */
export async function follow(
  core: CommandCore,
  output: Output,
  runId: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const watching = new AbortController()
  const onAbort = (): void => watching.abort()
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) watching.abort()
  const told = new Set<string>()
  let steps = ''
  try {
    for await (const run of await core.runs.watch(watching.signal, 0, [runId])) {
      if (run.id !== runId) continue
      // What a step warns of before it begins is there with its first report.
      const now = run.steps
        .map(({ state, progress }) => state + (progress === null ? '' : '+'))
        .join()
      if (now !== steps) await tellWarnings(core, output, runId, told)
      steps = now
      output.progress(run)
      if (isFinished(run.state) || run.state === 'paused') break
      // Whoever was told is waited for; a connection, a disk or a person is not.
      if (run.state === 'waiting' && (run.problem !== null || run.retryAt === null)) break
    }
  } catch (error) {
    // The list of runs cannot be written: the run stays where it is, and "resume" continues it.
    output.problem(Problem.from(error))
    return exitCodes.waiting
  } finally {
    signal.removeEventListener('abort', onAbort)
    watching.abort()
  }
  // So that the receipt says what the next start will find; in another process the run goes on.
  if (signal.aborted) await core.halt()
  const { run, receipt } = await core.runs.get(runId)
  await tellReceipt(core, output, receipt)
  const events = await core.runs.events(runId)
  const known = new Set(events.flatMap(({ level, message }) => (level === 'known' ? message : [])))
  if (known.size > 0) output.note(`${asLastTime(known.size)}; “pallet show ${runId}” says which.`)
  return exitCodeOf(run.state)
}

/** The receipt of a run, with the reasons of rows that are not home. */
export async function tellReceipt(
  core: CommandCore,
  output: Output,
  receipt: Receipt,
): Promise<void> {
  const held = (accountOf(receipt).quarantined ?? 0) > 0
  output.receipt(receipt, held ? (await core.runs.rejects(receipt.runId, 0, 1)).groups : [])
}

/** Warnings of a run's history that have not been told yet; a step that is repeated repeats its own. */
async function tellWarnings(
  core: CommandCore,
  output: Output,
  runId: string,
  told: Set<string>,
): Promise<void> {
  for (const { level, message } of await core.runs.events(runId))
    if (level === 'warn' && !told.has(message)) {
      told.add(message)
      output.warning(runId, message)
    }
}

/** Says which runs rest because they have ended their process; whether there are any. */
export async function tellResting(core: CommandCore, output: Output): Promise<boolean> {
  const paused = await core.runs.list({ states: ['paused'], limit: 1000 })
  const resting = paused.filter(({ problem }) => problem?.code === 'crashed-before')
  for (const { id, problem } of resting)
    output.note(
      `The run ${id} rests. ${problem?.what ?? ''} “pallet resume ${id}” takes it up, “pallet cancel ${id}” ends it.`,
    )
  return resting.length > 0
}

/** Asks once for what a connection needs, however many runs wait for it. */
export async function tellNeeds(core: CommandCore, output: Output): Promise<void> {
  try {
    for (const need of needsOf(await core.runs.list({ states: ['waiting'], limit: 1000 })))
      output.note(`${needSentence(need)} “pallet resume” then goes on.`)
  } catch (error) {
    // A Pallet that has ended meanwhile has been told of.
    if (Problem.from(error).code !== 'network') throw error
  }
}
