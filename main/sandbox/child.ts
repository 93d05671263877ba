/**
 * Azurite's own process. It serves one folder on a free loopback port and lives exactly as long as
 * its parent: when the IPC channel closes, for whatever reason (a SIGKILL of the parent included),
 * it saves and goes. The key arrives over IPC, so that neither `ps` nor `/proc/…/environ` shows it.
 */
import { mkdirSync } from 'node:fs'
import { createRequire, Module } from 'node:module'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { errorCode } from '../../shared/domain/errorCode.ts'
import type { ChildOrder, ChildReport, StartOrder } from './azurite.ts'
import { type Saving, type Stores, saving } from './saving.ts'

/** Azurite's parts that its own entry is made of; not a public API, so the version is pinned. */
interface BlobServer extends Stores {
  start(): Promise<void>
  close(): Promise<void>
  getHttpServerAddress(): string
}
interface AzuriteParts {
  BlobServer: new (configuration: object) => BlobServer
  BlobConfiguration: new (...positional: unknown[]) => object
}

const lockLimitMs = 20_000
const closeLimitMs = 15_000

let server: BlobServer | null = null
let kept: Saving | null = null
let closing = false

function tell(report: ChildReport): void {
  if (process.connected) process.send?.(report, () => {})
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

async function azurite(): Promise<AzuriteParts> {
  leaveOutTelemetry()
  const [server, configuration] = await Promise.all([
    import('azurite/dist/src/blob/BlobServer.js'),
    import('azurite/dist/src/blob/BlobConfiguration.js'),
  ])
  return {
    BlobServer: server.default.default as AzuriteParts['BlobServer'],
    BlobConfiguration: configuration.default.default as AzuriteParts['BlobConfiguration'],
  }
}

/**
 * Azurite's telemetry is started by its command line only, and is five sixths of what it would load here. The
 * build leaves it out in its own way.
 */
function leaveOutTelemetry(): void {
  if (!import.meta.url.endsWith('.ts')) return
  const require = createRequire(import.meta.url)
  const path = createRequire(require.resolve('azurite/package.json')).resolve('applicationinsights')
  require.cache[path] = Object.assign(new Module(path), { loaded: true })
}

/**
 * One Azurite per folder, held by a lock of the operating system that no crash can leave behind
 * (SQLite's). A predecessor that is still saving after its Pallet was killed is waited for.
 */
async function claim(folder: string): Promise<void> {
  const lock = new Database(join(folder, 'in-use.db'), { timeout: 0 })
  const until = Date.now() + lockLimitMs
  for (;;) {
    try {
      lock.exec('BEGIN EXCLUSIVE')
      return
    } catch (thrown) {
      if (!messageOf(thrown).includes('locked') || Date.now() > until || closing) throw thrown
    }
    await delay(50)
  }
}

async function start(order: StartOrder): Promise<void> {
  mkdirSync(order.folder, { recursive: true })
  await claim(order.folder)
  process.env['AZURITE_ACCOUNTS'] = `${order.account}:${order.key}`
  const { BlobServer, BlobConfiguration } = await azurite()
  // The command line of 3.37.0 ignores --blobKeepAliveTimeout; the constructor does not.
  const keepAliveSeconds = 60
  const accessLog = false
  const debugLog = false
  const loose = false
  const skipApiVersionCheck = true
  const disableProductStyleUrl = true
  const extents = join(order.folder, 'extents')
  const starting = new BlobServer(
    new BlobConfiguration(
      '127.0.0.1',
      0,
      keepAliveSeconds,
      join(order.folder, 'blobs.json'),
      join(order.folder, 'extents.json'),
      [{ locationId: 'Default', locationPath: extents, maxConcurrency: 50 }],
      accessLog,
      undefined,
      debugLog,
      undefined,
      loose,
      skipApiVersionCheck,
      '',
      '',
      '',
      undefined,
      disableProductStyleUrl,
    ),
  )
  const tables = saving(starting, extents)
  await starting.start()
  server = starting
  kept = tables
  if (closing) return
  const lost = tables.check()
  if (lost.length > 0) await tables.save()
  const { port } = new URL(starting.getHttpServerAddress())
  tell({ kind: 'listening', port: Number(port), lost })
}

async function save(id: number): Promise<void> {
  try {
    if (kept === null) throw new Error('nothing has been started')
    await kept.save()
    tell({ kind: 'saved', id, error: null })
  } catch (thrown) {
    const code = errorCode(thrown)
    tell({ kind: 'saved', id, error: { code, message: messageOf(thrown) } })
  }
}

async function close(): Promise<void> {
  if (closing) return
  closing = true
  setTimeout(() => process.exit(1), closeLimitMs).unref()
  // A start under way is finished first: closing half-open tables could save them empty.
  await started.catch(() => {})
  await kept?.save()
  await server?.close()
  // What was still under way has ended by now.
  await kept?.save()
  process.exit(0)
}

function closeNow(): void {
  close().catch(() => process.exit(1))
}

let started: Promise<void> = Promise.resolve()
process.on('disconnect', closeNow)
process.on('SIGTERM', closeNow)
// Ctrl+C reaches the whole terminal group; the parent still needs the sandbox to finish its step.
process.on('SIGINT', () => {})
process.on('uncaughtException', (error) => {
  tell({ kind: 'failed', message: error.message })
  closeNow()
})
process.on('message', (order: ChildOrder) => {
  switch (order.kind) {
    case 'start':
      started = start(order)
      started.catch((thrown: unknown) => {
        tell({ kind: 'failed', message: messageOf(thrown) })
        closeNow()
      })
      return
    case 'save':
      void save(order.id)
      return
    case 'stop':
      closeNow()
  }
})
// The parent may have died before the first line of this file ran.
if (!process.connected) closeNow()
