// `npm run demo:week`: a week of three shops in a few minutes, with the clock put forward: what came, what went wrong, who was
// told, and whether anything was lost.
import { rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { onNewEnoughNode, root } from './node-version.mjs'

if (await onNewEnoughNode(import.meta.filename, process.argv.slice(2))) {
  const { week } = await import('../tests/fixtures/week.ts')
  const folder = join(root, '.demo', 'week')
  // A demo shows the same every time.
  rmSync(folder, { recursive: true, force: true })
  const { isWhole } = await week({ folder, rows: 400, say: (line) => console.log(line) })
  const home = relative(process.cwd(), join(folder, 'home'))
  console.log(`\nOpen the app on the last day: npm start -- --home ${home}`)
  process.exitCode = isWhole ? 0 : 1
}
