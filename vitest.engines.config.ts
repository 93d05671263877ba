import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/engines/**/*.test.ts'],
    // For hangs only: an engine starts slowly beside busy neighbours.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    // One engine after the other.
    fileParallelism: false,
  },
})
