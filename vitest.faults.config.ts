import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['tests/faults/**/*.test.ts'], testTimeout: 3_600_000, maxWorkers: 1 },
})
