// `npm run demo`: the main job in the terminal, on data that looks like a real shop's.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { bundledNode, root, run } from './node-version.mjs'

const node = bundledNode() ?? process.execPath
const folder = join(root, '.demo')
const home = join(folder, 'home')
const sales = join(folder, 'sales.csv')
const stores = join(folder, 'stores.csv')
const pallet = (...args) => run(node, [join(root, 'build', 'pallet.mjs'), '--home', home, ...args])

// A demo shows the same every time.
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)

say('A till’s export of 50,000 sales, with the defects such files have, and a list of stores:')
if (
  (await run(node, [
    join(root, 'build', 'make-export.mjs'),
    '--sales',
    sales,
    '--stores',
    stores,
  ])) !== 0
)
  process.exit(1)

const codes = [
  await step(
    'Send the stores: the list replaces the one before.',
    'run',
    stores,
    '--meaning',
    'snapshot',
  ),
  await step('Send the sales: read, clean, upload in blocks, load, count.', 'run', sales),
  await step(
    'Ask the warehouse.',
    'query',
    `SELECT s.town, count(*) AS sales, sum(menge) AS pieces, sum(menge * preis) AS revenue
     FROM sales JOIN stores s ON s.store_id = sales.filiale GROUP BY ALL ORDER BY revenue DESC LIMIT 5`,
  ),
]
const heldBack = join(folder, 'held-back.csv')
const [sent] = JSON.parse(`[${output('--json', 'runs', 'sales.csv').trim().split('\n').join(',')}]`)
if (sent !== undefined) {
  codes.push(await step('Read why rows were held back.', 'rejects', sent.id, '--out', heldBack))
  for (const line of readFileSync(heldBack, 'utf8').split('\n').slice(1, 4)) say(`  ${line.trim()}`)
}
const failed = codes.find((code) => code !== 0)

say('')
say(
  `Where it is:  blobs in ${show(join(home, 'sandbox'))} (Azurite), tables in ${show(join(home, 'warehouse.duckdb'))}`,
)
say(`The export:   ${show(sales)}: open it, break it, drop it into the app`)
say(`Open the app: npm start -- --home ${show(home)}`)
process.exitCode = failed ?? 0

/** What a command prints. */
function output(...args) {
  const done = spawnSync(node, [join(root, 'build', 'pallet.mjs'), '--home', home, ...args])
  return done.stdout.toString()
}

async function step(title, ...args) {
  say('')
  say(title)
  return pallet(...args)
}

function show(path) {
  return existsSync(path) ? relative(process.cwd(), path) || '.' : `${path} (missing)`
}

function say(text) {
  console.log(text)
}
