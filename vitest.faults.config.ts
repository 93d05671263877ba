import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/faults/**/*.test.ts', 'tests/integration/warehouse/{model,sameRows}.test.ts'],
    testTimeout: 14_400_000,
    maxWorkers: 1,
  },
})
