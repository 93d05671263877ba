import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'tests/e2e',
  fullyParallel: false,
  // Each test starts a server, an Azurite and a browser: two at a time fill two cores.
  workers: 1,
  timeout: 120_000,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['json']],
  outputDir: 'test-results',
  projects: [
    { name: 'web', grepInvert: /@electron/ },
    { name: 'electron', grepInvert: /@web/ },
  ],
})
