import type { DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBValue } from '@duckdb/node-api'

export interface EngineOptions {
  /** The database file. */
  file: string
  /** Folder for what does not fit the memory; made when needed. */
  tempFolder: string
  /** Of what may lie there; as much as the disk has unless said. */
  tempBytes?: number
  access: 'read-write' | 'read-only'
  /** Whether statements may read and write other files. */
  otherFiles: 'allowed' | 'refused'
  memoryBytes: number
  /** 2 unless said. One works through a file row by row; two keep many rows to bring them into order. */
  threads?: 1 | 2
}

export interface Statements {
  /** Runs one statement; answers with the number of rows it changed, created or copied. */
  run(sql: string, values?: DuckDBValue[]): Promise<number>
  /** Reads a small result whole. */
  rows(sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[][]>
}

/** One open database with one connection. Whoever opens it closes it. */
export interface Engine extends Statements {
  readonly connection: DuckDBConnection
  /** Deaf to the abort: for what is decided, of which must be told what became. */
  readonly decided: Statements
  /** Runs one statement and tells how much of it is done, from 0 to 1, where the engine knows. */
  runTold(sql: string, told: (share: number) => void): Promise<number>
  /** Starts a result that is read chunk by chunk, for results of any size. */
  stream(sql: string): Promise<DuckDBResult>
  close(): void
}

/** How often it is asked how far a statement is. */
const askEveryMs = 250
/** How often a statement that does not yet hear is told again to stop. */
const interruptEveryMs = 50

/** Only when it is needed: what reads other files than Parquet never holds the engine. */
export const loadEngine = async (): Promise<{ DuckDBInstance: typeof DuckDBInstance }> =>
  await import('@duckdb/node-api')

/**
 * Opens a database with settings that no statement can change afterwards: nothing is
 * downloaded, nothing outside is remembered, memory and threads are bounded. Everything
 * started on it ends with the signal's reason when the signal is aborted.
 */
export async function openEngine(options: EngineOptions, signal: AbortSignal): Promise<Engine> {
  signal.throwIfAborted()
  const { DuckDBInstance: Instance } = await loadEngine()
  const instance = await Instance.create(options.file, {
    access_mode: options.access === 'read-only' ? 'READ_ONLY' : 'READ_WRITE',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_persistent_secrets: 'false',
    memory_limit: `${Math.floor(options.memoryBytes / 1024)}KiB`,
    threads: String(options.threads ?? 2),
    temp_directory: options.tempFolder,
    preserve_insertion_order: 'true',
    enable_external_access: options.otherFiles === 'allowed' ? 'true' : 'false',
  })
  const { tempBytes } = options
  let connection: DuckDBConnection
  try {
    connection = await instance.connect()
    // Known only to a connection. Nothing is printed; without it nobody can ask how far a statement is.
    for (const [name, value] of [
      ['enable_progress_bar', true],
      ['enable_progress_bar_print', false],
      ['progress_bar_time', 0],
      // Set while it opens, it would be shown and not held.
      ...(tempBytes === undefined
        ? []
        : [['max_temp_directory_size', `'${Math.floor(tempBytes / 1024)}KiB'`] as const]),
      ['lock_configuration', true],
    ] as const)
      await connection.run(`SET ${name} = ${value}`)
  } catch (error) {
    instance.closeSync()
    throw error
  }
  const until = <Result>(work: () => Promise<Result>): Promise<Result> =>
    interruptible(connection, signal, work)
  const decided: Statements = {
    run: async (sql, values) => (await connection.run(sql, values)).rowsChanged,
    rows: async (sql, values) => (await connection.runAndReadAll(sql, values)).getRows(),
  }
  return {
    connection,
    decided,
    run: (sql, values) => until(() => decided.run(sql, values)),
    rows: (sql, values) => until(() => decided.rows(sql, values)),
    runTold: async (sql, told) => {
      const asking = setInterval(() => {
        const { percentage } = connection.progress
        if (percentage >= 0) told(percentage / 100)
      }, askEveryMs)
      try {
        return await until(() => decided.run(sql))
      } finally {
        clearInterval(asking)
      }
    },
    stream: (sql) => until(() => connection.stream(sql)),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** Work on a connection that an abort interrupts; rejects with the signal's reason then. */
export async function interruptible<Result>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted()
  // A statement that is still being prepared misses an interrupt, so it is repeated.
  let repeat: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    connection.interrupt()
    repeat = setInterval(() => connection.interrupt(), interruptEveryMs)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const result = await work()
    signal.throwIfAborted()
    return result
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearInterval(repeat)
  }
}
