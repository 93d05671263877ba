/** The first module of the desktop app, before any that could begin to use Node's thread pool. */
import { env } from 'node:process'

// DuckDB's calls each hold a thread of the pool; four would make file access wait.
env['UV_THREADPOOL_SIZE'] ??= '8'
// Electron is ready only after this has been loaded to its end.
await import('./electron.ts')
