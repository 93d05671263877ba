import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import type { HostOptions } from './tests/e2e/app.ts'

const report = process.env['PLAYWRIGHT_JSON_OUTPUT_NAME']

// Of the hosts that the workers start; with that of vitest.config.ts.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/pallet-tests')

export default defineConfig<object, HostOptions>({
  testDir: 'tests/e2e',
  fullyParallel: false,
  // Each test has a server, a home and a window of its own; one of them alone fills less than one core.
  workers: 3,
  // For hangs only: a busy machine is slow, not broken.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ...(report === undefined ? [] : [['json'] as ['json']])],
  outputDir: 'test-results',
  use: { actionTimeout: 120_000, navigationTimeout: 120_000 },
  projects: [
    { name: 'web', grepInvert: /@electron/, use: { host: 'web' } },
    { name: 'electron', grepInvert: /@web/, use: { host: 'electron' }, workers: 1 },
  ],
})
