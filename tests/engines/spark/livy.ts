/** The real Livy on this computer, from the jars that `build/engines.mjs` has got, with the Spark of PySpark behind it. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

export interface RealLivy {
  url: string
  stop(): Promise<void>
}

/** `folder`: its own; batches may have files that lie below `files`. */
export async function realLivy(folder: string, files: string): Promise<RealLivy> {
  const python = process.env['PALLET_ENGINES_PYTHON'] ?? ''
  const jars = process.env['PALLET_ENGINES_JARS'] ?? ''
  if (python === '' || jars === '')
    throw new Error('npm run test:engines -- spark brings Spark and Livy.')
  const where = 'import os, pyspark; print(os.path.dirname(pyspark.__file__))'
  const home = execFileSync(python, ['-c', where], { encoding: 'utf8' }).trim()
  const port = await freePort()
  const conf = join(folder, 'conf')
  for (const path of [conf, join(folder, 'logs')]) mkdirSync(path, { recursive: true })
  const settings = {
    'livy.server.host': '127.0.0.1',
    'livy.server.port': String(port),
    'livy.file.local-dir-whitelist': `${files}/`,
    'livy.spark.master': 'local[2]',
  }
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`)
  writeFileSync(join(conf, 'livy.conf'), `${lines.join('\n')}\n`)
  const args = ['-Xmx300m', '--add-opens', 'java.base/java.lang=ALL-UNNAMED']
  const classPath = ['-cp', `${conf}:${join(jars, '*')}`, 'org.apache.livy.server.LivyServer']
  const server = spawn('java', [...args, ...classPath], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'ignore'],
    env: {
      ...process.env,
      LIVY_HOME: folder,
      LIVY_CONF_DIR: conf,
      SPARK_HOME: home,
      PYSPARK_PYTHON: python,
      SPARK_LOCAL_IP: '127.0.0.1',
    },
  })
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    if (server.exitCode !== null) throw new Error('Livy has ended.')
    const answer = await fetch(`${url}/batches`).catch(() => null)
    if (answer?.ok === true) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return {
    url,
    async stop() {
      const exit = once(server, 'exit')
      server.kill('SIGTERM')
      await exit
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await once(server.close(), 'close')
  return address === null || typeof address === 'string' ? 0 : address.port
}
