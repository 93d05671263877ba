/**
 * Jobs by `spark-submit` of this computer. The process outlives Pallet. A shell starts it, and lays claim to the start first by a link that only
 * one can make: whoever comes second starts nothing. When it has ended, its code is in a file that is whole or not there.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants, mkdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { bareEnvironment } from '../../processes/child.ts'
import { type Attempt, endOf, textIn } from './place.ts'
import { type Seen, type Way, submissionOf } from './way.ts'

const run = promisify(execFile)
const versionMs = 60_000

/** `$1`: the folder; the rest: what is started. A signal to the group is for what was started; its end is still written down. */
const claims = `cd "$1" || exit 1
shift
echo $$ > pid.$$ && ln pid.$$ pid 2>/dev/null
claimed=$?
rm -f pid.$$
[ $claimed -eq 0 ] || exit 0
[ -e cancelled ] && { echo 143 > exit; exit 0; }
trap : TERM INT HUP
"$@" > log 2>&1 < /dev/null
echo $? > exit.part
mv exit.part exit`

export interface SubmitSettings {
  connection: string
  command: string | null
  master: string
  conf: () => Record<string, string>
}

export function submit(
  { connection, command, master, conf }: SubmitSettings,
  environment: NodeJS.ProcessEnv,
): Way {
  const failed = (what: string, advice: string, detail = ''): Problem =>
    new Problem({
      code: 'trigger-failed',
      what,
      did: 'Nothing was started.',
      advice,
      detail,
      connection,
    })
  const env = {
    ...bareEnvironment(environment),
  }
  /** Where it is. */
  const found = async (): Promise<string> => {
    if (process.platform === 'win32')
      throw failed(
        'Pallet starts spark-submit on Linux and macOS only.',
        'Use a connection by Livy from this computer.',
      )
    const { SPARK_HOME: home, PATH: path = '' } = environment
    const places =
      command === null
        ? [
            ...(home === undefined || home === '' ? [] : [join(home, 'bin')]),
            ...path.split(delimiter).filter((one) => one !== ''),
          ].map((folder) => join(folder, 'spark-submit'))
        : [command]
    for (const place of places)
      if (
        await access(place, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return place
    throw failed(
      command === null
        ? 'There is no spark-submit on this computer: neither SPARK_HOME nor the PATH leads to one.'
        : `There is no spark-submit at ${command}.`,
      'Install Spark, or say in the connection where it is.',
    )
  }
  const way: Way = {
    async test(signal) {
      conf()
      const place = await found()
      try {
        const { stdout, stderr } = await run(place, ['--version'], {
          env,
          signal,
          timeout: versionMs,
        })
        const [, version = 'of an unknown version'] =
          /version ([\d.]+\S*)/.exec(`${stdout}${stderr}`) ?? []
        return `Spark ${version} answers by ${place}.`
      } catch (error) {
        signal.throwIfAborted()
        throw failed(
          `${place} is there, and does not start.`,
          'Check that Java is there, as spark-submit --version says in a terminal.',
          errorCode(error),
        )
      }
    },
    async begin(attempt, signal) {
      if ((await pidOf(attempt)) !== null) return
      const place = await found()
      const { file, className, args, conf: all } = submissionOf(attempt, conf())
      await mkdir(join(attempt.folder, 'events'), { recursive: true })
      const options = [
        ['--master', master, '--deploy-mode', 'client', '--name', attempt.name],
        ...Object.entries(all).map(([key, value]) => ['--conf', `${key}=${value}`]),
        className === null ? [] : ['--class', className],
      ].flat()
      signal.throwIfAborted()
      const shell = ['-c', claims, 'pallet-spark', attempt.folder, place, ...options, file, ...args]
      const child = spawn('/bin/sh', shell, { detached: true, stdio: 'ignore', env })
      const ended = once(child, 'exit')
      child.unref()
      try {
        await Promise.race([ended, claimed(attempt, signal)])
      } catch (error) {
        signal.throwIfAborted()
        throw failed(
          'The shell that starts spark-submit could not be started.',
          'Try again later.',
          errorCode(error),
        )
      }
      if ((await pidOf(attempt)) === null)
        throw failed(
          `The folder ${attempt.folder} takes no links, by which Pallet knows that a job is started once.`,
          'Choose a folder on a disk of this computer in the connection.',
        )
    },
    async look(attempt) {
      const pid = await pidOf(attempt)
      if (pid === null) return { kind: 'absent' }
      const before = await endedAs(attempt)
      if (before !== null) return before
      if (await isAlive(pid, attempt)) return { kind: 'working', doing: 'runs in Spark' }
      // It may have ended between the two looks.
      return (
        (await endedAs(attempt)) ?? {
          kind: 'ended',
          good: null,
          why: 'spark-submit was ended from outside, or this computer was, so that nobody knows how far it came',
          log: await endOf(join(attempt.folder, 'log')),
        }
      )
    },
    async end(attempt) {
      const pid = await pidOf(attempt)
      if (pid === null || (await endedAs(attempt)) !== null || !(await isAlive(pid, attempt)))
        return
      try {
        process.kill(-pid, 'SIGTERM')
      } catch (error) {
        if (errorCode(error) !== 'ESRCH') throw error
      }
    },
  }
  return way
}

async function claimed(attempt: Attempt, signal: AbortSignal): Promise<void> {
  while ((await pidOf(attempt)) === null) {
    signal.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 20).unref())
  }
}

/** Of the shell that has claimed the start; null: none has. */
async function pidOf({ folder }: Attempt): Promise<number | null> {
  const text = await textIn(join(folder, 'pid'))
  return text === null ? null : Number(text)
}

async function endedAs({ folder }: Attempt): Promise<Seen | null> {
  const text = await textIn(join(folder, 'exit'))
  if (text === null) return null
  const code = Number(text)
  const why =
    code === 143 || code === 130 ? 'it was ended' : `spark-submit ended with the code ${code}`
  return { kind: 'ended', good: code === 0, why, log: await endOf(join(folder, 'log')) }
}

/** Whether the process of this number is still that shell: numbers are given again, and its command line names the folder. */
async function isAlive(pid: number, { folder }: Attempt): Promise<boolean> {
  try {
    const line =
      process.platform === 'linux'
        ? await readFile(`/proc/${pid}/cmdline`, 'utf8')
        : (await run('/bin/ps', ['-ww', '-o', 'args=', '-p', String(pid)])).stdout
    return line.includes('pallet-spark') && line.includes(folder)
  } catch {
    return false
  }
}
