import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/fixtures/sentences.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores, and several tests start servers of their own.
    maxWorkers: 2,
    pool: 'forks',
  },
})
