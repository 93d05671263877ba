/**
 * Apache Spark: a job is submitted when data has landed. What was asked for stands in a folder that Pallet and Spark both see, so that a Pallet
 * that was killed finds its job again, and what the job says of the rows is read there.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../shared/domain/problem.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { type Part, failedWords, withLog } from '../../../shared/domain/runs/work.ts'
import { byKind } from '../../../shared/systems/kinds.ts'
import { spark as record } from '../../../shared/systems/spark.ts'
import type { OpenConnection } from '../../../shared/systems/record.ts'
import type { OutsideSystem } from '../../runs/ports/systems.ts'
import type { Landed, TriggerState } from '../../runs/ports/triggers.ts'
import { EventLog } from './events.ts'
import { livy } from './livy.ts'
import {
  type Asked,
  type Attempt,
  Place,
  type Result,
  asUri,
  nameOf,
  resultOf,
  textIn,
} from './place.ts'
import { recipeJob } from './recipeJob.ts'
import { submit } from './submit.ts'
import { type Seen, type Way, confIn, recipe, recipeFiles, tablesOf } from './way.ts'

interface Open {
  connection: string
  place: Place
  way: Way
}

export function spark(environment: NodeJS.ProcessEnv = process.env): OutsideSystem {
  /** Event logs as far as they were read, by folder, of jobs that work. */
  const logs = new Map<string, EventLog>()
  const open: (connection: OpenConnection) => Open = byKind(record, {
    'spark-submit': ({ name, settings: { master, folder, command = null, conf } }) => ({
      connection: name,
      place: new Place(name, folder, folder),
      way: submit(
        { connection: name, command, master, conf: () => confIn(conf, name) },
        environment,
      ),
    }),
    'spark-livy': ({ name, settings, secrets: { password } }) => {
      const { url, user, folder, folderThere = folder, conf } = settings
      const place = new Place(name, folder, folderThere)
      const signIn = user === undefined ? null : { user, password: password ?? '' }
      return {
        connection: name,
        place,
        way: livy({ connection: name, url, signIn, conf: () => confIn(conf, name) }, place),
      }
    },
  })
  const stateOf = async (
    { place, way }: Open,
    told: string,
    signal: AbortSignal,
  ): Promise<TriggerState> => {
    const attempt = await place.last(told)
    if (attempt === null) throw place.gone(told)
    const seen = await way.look(attempt, signal)
    switch (seen.kind) {
      case 'absent':
        // It was asked for, and whoever was to start it was killed before.
        await way.begin(attempt, signal)
        return { kind: 'working', doing: `${jobWords(attempt.asked)} is being started in Spark` }
      case 'working': {
        const log = logs.get(attempt.folder) ?? new EventLog(join(attempt.folder, 'events'))
        logs.set(attempt.folder, log)
        await log.read()
        const what = `${jobWords(attempt.asked)} ${seen.doing}`
        return { kind: 'working', doing: log.words(what), parts: log.parts() }
      }
      case 'ended': {
        logs.delete(attempt.folder)
        return await endOf(attempt, seen)
      }
    }
  }
  return {
    async test(connection, signal) {
      const { place, way } = open(connection)
      await place.mustTakeFiles()
      return { message: await way.test(signal), places: null }
    },
    trigger: (connection) => {
      const opened = open(connection)
      const { place, way } = opened
      return {
        async tell(landed, signal) {
          const job = jobOf(landed)
          const told = nameOf(landed.runId, job)
          const { begunAt, begin } = landed
          if ((await place.last(told)) === null) {
            if (begunAt !== null) throw place.gone(told)
            mustBeTaken(opened, job, Object.keys(landed.parameters))
            await prepare(opened, told, job, landed, signal)
          }
          const attempt = await place.last(told)
          if (attempt === null) throw new Error('What was asked for is there.')
          begin(Date.now())
          await way.begin(attempt, signal)
          return told
        },
        async check({ job, parameters }, signal) {
          mustBeTaken(opened, job, parameters)
          await place.mustTakeFiles()
          const answer = await way.test(signal)
          return job === recipe
            ? `${answer} The records of each file will be cleaned there.`
            : `${answer} Whether ${job.split('#')[0]} is there is known when it starts.`
        },
        ask: (told, signal) => stateOf(opened, told, signal),
        async again(told, signal) {
          const attempt = await place.last(told)
          if (attempt === null) return
          if ((await stateOf(opened, told, signal)).kind !== 'failed') return
          await place.again(attempt)
        },
        async cancel(told, signal) {
          const attempt = await place.last(told)
          if (attempt === null) return
          const seen = await way.look(attempt, signal)
          if (seen.kind === 'ended') return
          await place.write(join(attempt.folder, 'cancelled'), '')
          await way.end(attempt, signal)
        },
      }
    },
  }
}

const jobOf = ({ job }: Landed): string => {
  if (job === null) throw new Error('A plan names a job for every trigger that needs one.')
  return job
}

/** `the recipe`, or `“load.py”`. */
function jobWords({ job }: Asked): string {
  if (job === recipe) return 'The recipe'
  const [file = job] = job.split('#')
  return `“${file.slice(file.lastIndexOf('/') + 1)}”`
}

/** Fails for what is no job, and for parameters that the recipe does not take. */
function mustBeTaken({ connection }: Open, job: string, parameters: readonly string[]): void {
  const refused = (what: string, advice: string): Problem =>
    new Problem({ code: 'trigger-failed', what, did: 'Nothing was started.', advice, connection })
  const odd = parameters.find((name) => name !== 'output')
  if (job === recipe && odd !== undefined)
    throw refused(
      `The recipe takes no parameter ${odd} in Spark: only output, the folder that gets the rows.`,
      'Change what the dataset tells it.',
    )
  if (job === recipe || job.endsWith('.py') || /\.jar#[\w.$]+$/.test(job)) return
  throw refused(
    `“${job}” is no job of Spark.`,
    'Say recipe, or a script (/jobs/load.py), or a jar with its class (/jobs/load.jar#com.contoso.Load).',
  )
}

/** All that the job needs, and then that it was asked for. */
async function prepare(
  { connection, place }: Open,
  told: string,
  job: string,
  { runId, parameters, values, handOver }: Landed,
  signal: AbortSignal,
): Promise<void> {
  const { rows_in: all = 0, rows = 0, rows_held: held = 0 } = values
  const asked: Asked = { runId, job, parameters, expected: null }
  if (job !== recipe) return await place.ask(told, asked, () => Promise.resolve())
  await place.ask(told, asked, async (folder, there) => {
    try {
      const read = await handOver(
        {
          name: tablesOf(runId),
          rowsFile: join(folder, recipeFiles.records),
          scriptFile: join(folder, recipeFiles.script),
          recordsAt: asUri(`${there}/${recipeFiles.records}`),
        },
        signal,
      )
      const heldByReading = Number(all) - read
      asked.expected = { read, delivered: Number(rows), held: Number(held) - heldByReading }
    } catch (error) {
      const problem = Problem.from(error)
      if (problem.code !== 'usage') throw error
      throw new Problem(
        {
          ...problem.data,
          code: 'trigger-failed',
          did: 'Nothing was started in Spark.',
          advice: 'Choose a job of your own, or change the recipe or the contract of the dataset.',
          connection,
        },
        { cause: error },
      )
    }
    await writeFile(join(folder, recipeFiles.job), recipeJob)
  })
}

/** What a job that has ended comes to: of the recipe only what agrees with what was counted here. */
async function endOf(
  attempt: Attempt,
  { good, why, log }: Extract<Seen, { kind: 'ended' }>,
): Promise<TriggerState> {
  const { asked } = attempt
  const result = await resultOf(attempt)
  const wasCancelled = (await textIn(join(attempt.folder, 'cancelled'))) !== null
  const failed = (said: string): TriggerState => {
    const part: Part = { name: attempt.name, state: 'failed', tries: attempt.nth }
    return { kind: 'failed', what: said, parts: [withLog(part, log)] }
  }
  const saying = (reason: string): string => {
    const last = log.findLast((line) => /\b\w*(Error|Exception)\b|^error:/i.test(line)) ?? ''
    const part: Part = {
      name: jobWords(asked).replaceAll(/[“”]/g, ''),
      state: 'failed',
      tries: attempt.nth,
    }
    return failedWords([part], last === '' ? reason : last, 'job')
  }
  // It has put its rows where they belong before it said so.
  const isDone = good === true || (good === null && asked.expected !== null && result !== null)
  if (result?.problem !== undefined) return failed(result.problem)
  if (!isDone)
    return failed(
      wasCancelled
        ? `${jobWords(asked)} was ended by Pallet, as somebody has asked.`
        : good === null
          ? `${jobWords(asked)} has ended, but nobody knows how: ${why}.`
          : saying(why),
    )
  if (asked.expected === null)
    return result === null ? { kind: 'done' } : { kind: 'done', brought: plain(result) }
  if (result === null)
    return failed('The job has ended, and does not say what has become of the rows.')
  const wrong = disagreement(asked.expected, result)
  if (wrong !== null)
    return failed(`${wrong} The rows are in ${String(result.at)}; take none of them.`)
  return { kind: 'done', brought: plain(result) }
}

const plain = ({ read, delivered, held, at }: Result) => ({ read, delivered, held, at })

/** How the counts there differ from those of this computer, as a sentence; null: they do not. */
function disagreement(expected: NonNullable<Asked['expected']>, result: Result): string | null {
  const words = { read: 'read', delivered: 'delivered', held: 'held back' }
  for (const name of ['read', 'delivered', 'held'] as const)
    if (result[name] !== expected[name]) {
      const there = result[name] === null ? 'nothing' : formatCount(result[name])
      return `Spark says that ${there} of the rows were ${words[name]}, and this computer has counted ${formatCount(expected[name])}.`
    }
  return null
}
