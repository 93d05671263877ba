// `npm run dev`: Pallet in the browser from its sources. A change of the core starts it again, a change
// of the window is seen at once; the printed address stays. Its data is in .dev/ unless PALLET_HOME says else.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { bundledNode, root, run } from './node-version.mjs'

const probe = createServer().listen(0, '127.0.0.1')
await once(probe, 'listening')
const { port } = probe.address()
probe.close()

process.exitCode = await run(
  bundledNode() ?? process.execPath,
  ['--watch', '--watch-preserve-output', join(root, 'main/hosts/dev.ts')],
  {
    env: {
      UV_THREADPOOL_SIZE: '8',
      PALLET_HOME: join(root, '.dev'),
      ...process.env,
      PALLET_DEV_PORT: String(port),
      PALLET_DEV_SECRETS: [randomBytes(32), randomBytes(32)]
        .map((secret) => secret.toString('base64url'))
        .join(' '),
    },
  },
)
