import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { join } from 'node:path'
import type { AccessOf } from '../../../main/runs/ports/warehouse.ts'

/** What shall happen to a statement: `lose`: its line is cut; `hang`: nobody answers; else a code and a sentence. */
export interface Fault {
  match: string
  at: 'before' | 'after'
  does: string
}

/** A Snowflake on this computer, see server.py. */
export interface Server {
  access: AccessOf<'snowflake'>
  /** Of which the public half is known there. */
  privateKey: string
  address: string
  fault(...faults: Fault[]): Promise<void>
  /** Settles when the first of the faults has been met. */
  reached(): Promise<void>
  sent(): Promise<{ sql: string; kind: string }[]>
  stop(): Promise<void>
}

export const known = {
  account: 'acme-shop',
  user: 'PALLET',
  token: 'pat-of-pallet',
  client: 'client-1',
  secret: 'secret of client-1',
  database: 'SALES',
  schema: 'RAW',
  warehouse: 'LOAD_WH',
}

/** Starts one with nothing in it. `PALLET_ENGINES_PYTHON` is set by build/engines.mjs. */
export async function startServer(): Promise<Server> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const python = process.env.PALLET_ENGINES_PYTHON
  if (python === undefined)
    throw new Error('Start these tests with: npm run test:engines -- snowflake')
  const child = spawn(python, [join(import.meta.dirname, 'server.py')], {
    env: { ...process.env, PALLET_FAKE_SNOWFLAKE: JSON.stringify({ ...known, publicKey }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = `http://127.0.0.1:${await portOf(child)}`
  const post = async (path: string, body: unknown): Promise<void> => {
    await fetch(`${address}${path}`, { method: 'POST', body: JSON.stringify(body) })
  }
  return {
    address,
    privateKey,
    access: {
      kind: 'snowflake',
      account: known.account,
      address,
      warehouse: known.warehouse,
      database: known.database,
      schema: known.schema,
      role: 'LOADER',
      signIn: { by: 'key-pair', user: known.user, key: privateKey },
    },
    fault: (...faults) => post('/test/fault', faults),
    reached: async () => void (await fetch(`${address}/test/reached`)),
    sent: async () =>
      (await (await fetch(`${address}/test/sql`)).json()) as { sql: string; kind: string }[],
    async stop() {
      // It would wait for those whom it lets hang.
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error('The server says nothing.')
  for await (const line of createInterface({ input: stdout }))
    return (JSON.parse(line) as { port: number }).port
  throw new Error('The server ended before it listened.')
}
