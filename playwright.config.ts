import { defineConfig } from '@playwright/test'
import type { HostOptions } from './tests/e2e/app.ts'

const report = process.env['PLAYWRIGHT_JSON_OUTPUT_NAME']

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
