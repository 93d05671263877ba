import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes minutes begins first, so that nothing of it is left when all others have ended. */
const longest = ['tests/faults/kill.test.ts', 'tests/large/large.test.ts']
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      longest.some((name) => moduleId.endsWith(name))
    const rest = await super.sort(files)
    return [...rest.filter(isLong), ...rest.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    // For hangs only: a busy machine is slow, not broken.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // More than cores: a test mostly waits for the servers and processes it has started.
    maxWorkers: 3,
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
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
          exclude: ['tests/unit/**', 'tests/engines/**'],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
