/** A real Airflow on this computer: its api server, its scheduler and its dag processor, on SQLite. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import type { AirflowAt } from '../../fixtures/airflowStories.ts'

export interface RealAirflow extends AirflowAt {
  pause(dag: string): Promise<void>
  unpause(dag: string): Promise<void>
  /** Its tasks run again. */
  clear(dag: string, run: string): Promise<void>
  assetEvents(): Promise<object[]>
  /** How many runs of a DAG there are. */
  runsOf(dag: string): Promise<number>
  stop(): Promise<void>
}

/** `PALLET_ENGINES_PYTHON` is set by build/engines.mjs. `folder`: for all that it writes, with more DAGs in `dags`. */
export async function startAirflow(
  folder: string,
  dags: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<RealAirflow> {
  const python = process.env.PALLET_ENGINES_PYTHON
  if (python === undefined)
    throw new Error('Start these tests with: npm run test:engines -- airflow')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const [user, password] = ['pallet', 'pw']
  const passwords = join(folder, 'passwords.json')
  writeFileSync(passwords, JSON.stringify({ [user]: password }))
  cpSync(join(import.meta.dirname, 'dags'), join(folder, 'dags'), { recursive: true })
  const env = {
    PATH: `${dirname(python)}:${process.env.PATH ?? ''}`,
    HOME: folder,
    AIRFLOW_HOME: folder,
    ...more,
    AIRFLOW__CORE__DAGS_FOLDER: join(folder, 'dags'),
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__EXECUTOR: 'LocalExecutor',
    AIRFLOW__CORE__PARALLELISM: '2',
    AIRFLOW__API__WORKERS: '1',
    AIRFLOW__API__HOST: '127.0.0.1',
    AIRFLOW__API__PORT: String(port),
    AIRFLOW__API__BASE_URL: url,
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `${url}/execution/`,
    AIRFLOW__API_AUTH__JWT_SECRET: randomBytes(64).toString('hex'),
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS: `${user}:admin`,
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE: passwords,
    AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL: '5',
    AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL: '5',
    AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  }
  const airflow = join(dirname(python), 'airflow')
  const migrated = spawnSync(airflow, ['db', 'migrate'], { env, encoding: 'utf8' })
  if (migrated.status !== 0) throw new Error(migrated.stderr)
  const log = join(folder, 'airflow.log')
  const out = openSync(log, 'a')
  // Groups of their own: what they have started ends with them.
  const parts = ['api-server', 'scheduler', 'dag-processor'].map((part) =>
    spawn(airflow, [part], { env, detached: true, stdio: ['ignore', out, out] }),
  )
  closeSync(out)
  const stop = async (): Promise<void> => {
    await Promise.all(parts.map(ended))
  }
  try {
    const token = await until(async () => {
      const broken = parts.find(({ exitCode }) => exitCode !== null)
      if (broken !== undefined) throw new Error(readFileSync(log, 'utf8').slice(-4000))
      const answer = await fetch(`${url}/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: user, password }),
      }).catch(() => null)
      if (answer?.status !== 201) return null
      return ((await answer.json()) as { access_token: string }).access_token
    })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const setPaused = async (dag: string, isPaused: boolean): Promise<void> => {
      await fetch(`${url}/api/v2/dags/${dag}?update_mask=is_paused`, {
        method: 'PATCH',
        headers,
        body: JSON.stringify({ is_paused: isPaused }),
      })
    }
    for (const dag of ['ok', 'breaks', 'sleeps', 'follows', ...dags])
      await until(async () => {
        const answer = await fetch(`${url}/api/v2/dags/${dag}`, { headers })
        return answer.status === 200 ? true : null
      })
    return {
      url,
      user,
      password,
      stop,
      assetEvents: async () => {
        const answer = await fetch(`${url}/api/v2/assets/events`, { headers })
        const { asset_events: events } = (await answer.json()) as {
          asset_events: { extra: object }[]
        }
        return events.map(({ extra }) => extra)
      },
      runsOf: async (dag) => {
        const answer = await fetch(`${url}/api/v2/dags/${dag}/dagRuns`, { headers })
        return ((await answer.json()) as { total_entries: number }).total_entries
      },
      pause: (dag) => setPaused(dag, true),
      unpause: (dag) => setPaused(dag, false),
      clear: async (dag, run) => {
        const { status } = await fetch(`${url}/api/v2/dags/${dag}/dagRuns/${run}/clear`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ dry_run: false }),
        })
        if (status !== 200) throw new Error(`clearing answered ${status}`)
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function until<Found>(look: () => Promise<Found | null>): Promise<Found> {
  for (;;) {
    const found = await look()
    if (found !== null) return found
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined || child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-pid, 'SIGTERM')
  const hard = setTimeout(() => process.kill(-pid, 'SIGKILL'), 20_000)
  await gone
  clearTimeout(hard)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
