import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // For hangs only: a busy machine is slow, not broken.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // More than cores: a test mostly waits for the servers and processes it has started.
    maxWorkers: 3,
    pool: 'forks',
    // Threads and child processes run from the sources, hundreds of times: compiled once, they start in half the time.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/pallet-tests') },
    projects: [
      {
        // Pure functions leave nothing behind, so the files of a worker share its modules: half the time.
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/large/**', 'tests/unit/**'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Looks at memory and prints what the main thread was kept from, so nothing of ours runs beside it.
        extends: true,
        test: { name: 'large', include: ['tests/large/**/*.test.ts'], sequence: { groupOrder: 2 } },
      },
    ],
  },
})
