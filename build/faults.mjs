// `npm run test:faults -- --seed N --cases N [killedLanding …]`: the long form of what `npm test` tries a little of, or of the files named.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundledNode, root, run } from './node-version.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cases: { type: 'string', default: '50' },
  },
})
console.error(`Faults with seed ${values.seed}, ${values.cases} cases; the same seed repeats them.`)
process.exitCode = await run(
  bundledNode() ?? process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'vitest.faults.config.ts',
    ...positionals,
  ],
  { env: { ...process.env, PALLET_FAULT_SEED: values.seed, PALLET_FAULT_CASES: values.cases } },
)
