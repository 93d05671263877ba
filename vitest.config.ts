import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores, and several tests start servers of their own.
    maxWorkers: 2,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/large/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Measures the main thread, so nothing of ours may run beside it.
        extends: true,
        test: { name: 'large', include: ['tests/large/**/*.test.ts'], sequence: { groupOrder: 1 } },
      },
    ],
  },
})
