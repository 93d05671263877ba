/** How a job comes to Spark, and what each start of it is given. */
import { Problem } from '../../../shared/domain/problem.ts'
import { type Attempt, asUri, resultFile } from './place.ts'

/** The job that cleans the records of the run's file. */
export const recipe = 'recipe'

/** What is known of a start. */
export type Seen =
  | { kind: 'absent' }
  | { kind: 'working'; doing: string }
  /** `good` null: nobody can say; `log`: its last lines. */
  | { kind: 'ended'; good: boolean | null; why: string; log: string[] }

export interface Way {
  /** Says in a sentence that it is there. */
  test(signal: AbortSignal): Promise<string>
  /** Starts it once, however often it is called. */
  begin(attempt: Attempt, signal: AbortSignal): Promise<void>
  look(attempt: Attempt, signal: AbortSignal): Promise<Seen>
  /** Has it ended, if it works. */
  end(attempt: Attempt, signal: AbortSignal): Promise<void>
}

/** What Spark runs. */
export interface Submission {
  file: string
  className: string | null
  args: string[]
  conf: Record<string, string>
}

/** Files of the run's folder. */
export const recipeFiles = {
  job: 'job.py',
  script: 'clean.sql',
  records: 'records.parquet',
} as const

export function submissionOf(
  { asked, there, runThere }: Attempt,
  chosen: Record<string, string>,
): Submission {
  const conf = {
    ...chosen,
    'spark.eventLog.enabled': 'true',
    'spark.eventLog.dir': asUri(`${there}/events`),
    'spark.eventLog.rolling.enabled': 'false',
    'spark.eventLog.compress': 'false',
    'spark.pallet.run': asked.runId,
    'spark.pallet.result': `${there}/${resultFile}`,
  }
  const { job, parameters } = asked
  if (job === recipe) {
    const { output } = parameters
    const rows =
      output === undefined
        ? asUri(`${runThere}/rows`)
        : `${String(output).replace(/\/+$/, '')}/pallet_run=${encodeURIComponent(asked.runId)}`
    const args = [
      ['--script', `${runThere}/${recipeFiles.script}`],
      ['--name', tablesOf(asked.runId)],
      ['--rows', rows],
      ['--held', asUri(`${runThere}/held`)],
      ['--result', `${there}/${resultFile}`],
    ]
    return {
      file: `${runThere}/${recipeFiles.job}`,
      className: null,
      args: args.flat(),
      conf: { ...conf, 'spark.sql.warehouse.dir': asUri(`${there}/tables`) },
    }
  }
  const [file = job, className = null] = job.split('#')
  const args = Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, String(value)])
  return { file, className, args, conf }
}

/** What tables and views of a run begin with. */
export const tablesOf = (runId: string): string =>
  `pallet_${runId.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`

/** Those of which each has one place: where Spark puts them is what Pallet reads. */
const ours = /^spark\.(eventLog\.|pallet\.|submit\.deployMode$|app\.name$)/
/** As Spark itself knows what is to be hidden. */
const secret = /secret|password|token|access[.]?key/i

/** `key=value` in each line. Throws for what has no place there. */
export function confIn(text: string | undefined, connection: string): Record<string, string> {
  const lines = (text ?? '').split('\n').map((line) => line.trim())
  const wrong = (what: string): Problem =>
    new Problem({
      code: 'trigger-failed',
      what,
      did: 'Nothing was started.',
      advice: 'Correct the settings of Spark in the connection.',
      connection,
    })
  return Object.fromEntries(
    lines
      .filter((line) => line !== '')
      .map((line): [string, string] => {
        const at = line.indexOf('=')
        const key = line.slice(0, Math.max(0, at)).trim()
        if (!/^spark\.[\w.-]+$/.test(key))
          throw wrong(
            `“${line.slice(0, 60)}” is no setting of Spark, such as spark.executor.memory=4g.`,
          )
        if (ours.test(key))
          throw wrong(`${key} is set by Pallet, which finds the job and its progress by it.`)
        if (secret.test(key))
          throw wrong(
            `${key} may be a secret, which anybody on that computer could read on the command line.`,
          )
        return [key, line.slice(at + 1).trim()]
      }),
  )
}
