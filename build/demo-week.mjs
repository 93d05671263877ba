// `npm run demo:week`: a week of three shops in a few minutes, with the clock put forward: what came, what went wrong, who was
// told, and whether anything was lost. `--folder DIR --rows N --json`: elsewhere, smaller, and with what came of it as the last line.
import { rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { onNewEnoughNode, root } from './node-version.mjs'

if (await onNewEnoughNode(import.meta.filename, process.argv.slice(2))) {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string' },
      rows: { type: 'string', default: '400' },
      json: { type: 'boolean', default: false },
    },
  })
  const { week } = await import('../tests/fixtures/week.ts')
  const folder = values.folder ?? join(root, '.demo', 'week')
  // A demo shows the same every time.
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true })
  const told = await week({ folder, rows: Number(values.rows), say: (line) => console.log(line) })
  const home = relative(process.cwd(), told.home)
  console.log(
    values.json
      ? JSON.stringify(told)
      : `\nOpen the app on the last day: npm start -- --home ${home}`,
  )
  process.exitCode = told.isWhole ? 0 : 1
}
