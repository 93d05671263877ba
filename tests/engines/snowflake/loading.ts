// Loads what a file says, to be killed while it does.
import { readFileSync } from 'node:fs'
import type { LoadInput } from '../../../main/runs/ports/warehouse.ts'
import { load } from '../../../main/warehouse/load.ts'

const input = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LoadInput
await load(input, {
  signal: new AbortController().signal,
  report: () => undefined,
  ask: () => Promise.reject(new Error('nothing is asked here')),
})
