import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { type Child, type Fork, bareEnvironment, exitOf, forkNode } from '../processes/child.ts'
import type { BlobAccess, Sandbox } from '../runs/ports/accounts.ts'

export interface StartOrder {
  kind: 'start'
  folder: string
  account: string
  key: string
}
export type ChildOrder = StartOrder | { kind: 'save'; id: number } | { kind: 'stop' }
export type ChildReport =
  /** `lost`: blobs that were known, and whose bytes are gone. */
  | { kind: 'listening'; port: number; lost: string[] }
  | { kind: 'saved'; id: number; error: { code: string; message: string } | null }
  | { kind: 'failed'; message: string }

export type SandboxChild = Child<ChildOrder, ChildReport>

export interface AzuriteOptions {
  /** Where blobs, tables and the key lie. Made if missing, readable by its owner only. */
  folder: string
  /** The child's script; a bundle names its own. */
  entry?: string
  /** How the child is started; Node's own `fork` unless the host has another (Electron). */
  fork?: Fork
  env?: NodeJS.ProcessEnv
  /** Told, at a start, of blobs whose bytes are gone; they are no longer offered. */
  onLost?: (blobs: string[]) => void
  startLimitMs?: number
  stopLimitMs?: number
  saveLimitMs?: number
}

export interface AzuriteSandbox extends Sandbox {
  /** Of the running Azurite, null when there is none. */
  readonly pid: number | null
}

/** How long Azurite may take to save and end. */
export const stopWaitMs = 20_000

/** Azurite's account; not its well-known one, whose key everybody has. */
const account = 'pallet'

/** Beside this file in a checkout, beside the bundle under its own name. */
function ownEntry(): string {
  const name = import.meta.url.endsWith('.ts') ? './child.ts' : './azurite.js'
  return fileURLToPath(new URL(name, import.meta.url))
}

type State =
  | { kind: 'stopped' }
  | {
      kind: 'started'
      child: SandboxChild
      exited: Promise<void>
      access: Promise<BlobAccess>
      /** Of each save that is under way, by its number. */
      saves: Map<number, PromiseWithResolvers<void>>
    }

/**
 * The built-in storage. One Azurite, started by the first `access` and again after it went away;
 * the port changes with every start. `access` fails with `sandbox-failed`.
 */
export function azuriteSandbox(options: AzuriteOptions): AzuriteSandbox {
  const startLimitMs = options.startLimitMs ?? 60_000
  const stopLimitMs = options.stopLimitMs ?? stopWaitMs
  const saveLimitMs = options.saveLimitMs ?? 120_000
  let lastSave = 0
  let state: State = { kind: 'stopped' }
  let stopping: Promise<void> | null = null

  function start(): Extract<State, { kind: 'started' }> {
    const entry = options.entry ?? ownEntry()
    const child: SandboxChild = (options.fork ?? forkNode)(
      entry,
      bareEnvironment(options.env ?? process.env),
    )
    const exited = exitOf(child)
    const access = listening(child, exited)
    const saves = new Map<number, PromiseWithResolvers<void>>()
    child.on('message', (report) => {
      if (report.kind !== 'saved') return
      const save = saves.get(report.id)
      if (report.error === null) save?.resolve()
      else save?.reject(unsaved(options.folder, report.error))
    })
    const now = { kind: 'started' as const, child, exited, access, saves }
    state = now
    void exited.then(() => {
      if (state === now) state = { kind: 'stopped' }
      for (const save of saves.values()) save.reject(ended(options.folder))
    })
    access.catch(() => {
      child.kill('SIGTERM')
    })
    return now
  }

  async function listening(child: SandboxChild, exited: Promise<void>): Promise<BlobAccess> {
    const key = await keyIn(options.folder)
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const fail = (detail: string): void => reject(failed(options.folder, detail))
    child.on('message', (report) => {
      if (report.kind === 'failed') fail(report.message)
      if (report.kind !== 'listening') return
      resolve(report.port)
      if (report.lost.length > 0) options.onLost?.(report.lost)
    })
    child.once('error', (error) => fail(error.message))
    void exited.then(() => fail(`Azurite ended, code ${child.exitCode ?? child.signalCode ?? '?'}`))
    const timer = setTimeout(() => fail(`no answer after ${startLimitMs} ms`), startLimitMs)
    const order: StartOrder = { kind: 'start', folder: options.folder, account, key }
    child.send(order, (error) => {
      if (error !== null) fail(error.message)
    })
    try {
      const port = await promise
      const endpoint = `http://127.0.0.1:${port}/${account}`
      return { kind: 'account-key', account, key, endpoint }
    } finally {
      clearTimeout(timer)
    }
  }

  async function end(child: SandboxChild, exited: Promise<void>): Promise<void> {
    if (child.connected) child.send({ kind: 'stop' }, () => {})
    const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
    await exited
    clearTimeout(timer)
  }

  return {
    get pid() {
      return state.kind === 'started' ? (state.child.pid ?? null) : null
    },
    async access(signal) {
      if (stopping !== null) await stopping
      signal.throwIfAborted()
      const current = state.kind === 'started' ? state : start()
      return await unlessAborted(current.access, signal)
    },
    async save(access, signal) {
      signal.throwIfAborted()
      // Another Azurite by now: the one that took the bytes may not have saved them.
      if (state.kind !== 'started' || (await state.access.catch(() => null)) !== access)
        throw ended(options.folder)
      const { child, saves } = state
      const id = (lastSave += 1)
      const done = Promise.withResolvers<void>()
      saves.set(id, done)
      const timer = setTimeout(() => {
        const message = `no answer within ${saveLimitMs} ms`
        done.reject(unsaved(options.folder, { code: '', message }))
      }, saveLimitMs)
      child.send({ kind: 'save', id }, (error) => {
        if (error !== null) done.reject(ended(options.folder))
      })
      try {
        await unlessAborted(done.promise, signal)
      } finally {
        clearTimeout(timer)
        saves.delete(id)
      }
    },
    async stop() {
      if (state.kind === 'started' && stopping === null) {
        const { child, exited } = state
        stopping = end(child, exited).finally(() => {
          stopping = null
        })
      }
      await stopping
    },
  }
}

function failed(folder: string, detail: string): Problem {
  return new Problem({
    code: 'sandbox-failed',
    what: `The built-in storage in ${folder} did not start.`,
    did: 'Pallet keeps the run and tries again.',
    advice: 'If it happens again, restart Pallet, and check that the folder can be written to.',
    detail,
  })
}

function ended(folder: string): Problem {
  return new Problem({
    code: 'sandbox-failed',
    what: `The built-in storage in ${folder} ended before it had saved what it was given.`,
    did: 'Pallet keeps the run and sends again what is missing.',
    advice: 'If it happens again, restart Pallet.',
  })
}

function unsaved(folder: string, { code, message }: { code: string; message: string }): Problem {
  if (fileTrouble(code) !== 'full')
    return new Problem({
      code: 'sandbox-failed',
      what: `The built-in storage could not save what it was given in ${folder}.`,
      did: 'Pallet keeps the run and tries again.',
      advice: 'Check the disk that holds that folder.',
      detail: message,
    })
  return new Problem({
    code: 'disk-full',
    what: `The disk that holds the built-in storage, ${folder}, is full.`,
    did: 'Pallet keeps the run and tries again; nothing that was stored before is lost.',
    advice: 'Make room on that disk.',
    detail: code,
  })
}

/** The account key of this folder, 64 random bytes as base64, made at the first start. */
async function keyIn(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = join(folder, 'account.key')
    const fresh = randomBytes(64).toString('base64')
    try {
      await writeFile(file, fresh, { flag: 'wx', mode: 0o600, flush: true })
      return fresh
    } catch (thrown) {
      if (errorCode(thrown) !== 'EEXIST') throw thrown
    }
    const kept = (await readFile(file, 'utf8')).trim()
    if (Buffer.from(kept, 'base64').length >= 32) {
      await chmod(file, 0o600)
      return kept
    }
    // A crash between creating and writing left it empty; no data was ever stored with it.
    await writeFile(file, fresh, { mode: 0o600, flush: true })
    return fresh
  } catch (thrown) {
    throw failed(folder, thrown instanceof Error ? thrown.message : String(thrown))
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
