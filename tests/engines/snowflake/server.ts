import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { join } from 'node:path'
import type { AccessOf } from '../../../main/runs/ports/warehouse.ts'

/** A Snowflake on this computer, see server.py. */
export interface Server {
  access: AccessOf<'snowflake'>
  sent(): Promise<{ sql: string; kind: string }[]>
  stop(): Promise<void>
}

const known = {
  account: 'acme-shop',
  user: 'PALLET',
  database: 'SALES',
  schema: 'RAW',
  warehouse: 'LOAD_WH',
}

/** Starts one with nothing in it. `azure`: addresses of storage accounts that it reaches, by their host. `PALLET_ENGINES_PYTHON` is set by build/engines.mjs. */
export async function startServer(azure: Record<string, string> = {}): Promise<Server> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const python = process.env.PALLET_ENGINES_PYTHON
  if (python === undefined)
    throw new Error('Start these tests with: npm run test:engines -- snowflake')
  const child = spawn(python, [join(import.meta.dirname, 'server.py')], {
    env: { ...process.env, PALLET_FAKE_SNOWFLAKE: JSON.stringify({ ...known, publicKey, azure }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = `http://127.0.0.1:${await portOf(child)}`
  return {
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
    sent: async () =>
      (await (await fetch(`${address}/test/sql`)).json()) as { sql: string; kind: string }[],
    async stop() {
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
