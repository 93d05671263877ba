import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/large/**/*.test.ts'],
    testTimeout: 3_600_000,
    env: { PALLET_LARGE: 'long' },
  },
})
