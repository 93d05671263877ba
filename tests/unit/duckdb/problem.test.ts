import { expect, it } from 'vitest'
import { engineProblem } from '../../../main/duckdb/problem.ts'
import type { ProblemCode } from '../../../shared/domain/problem.ts'

it.each<[string, ProblemCode]>([
  [
    'IO Error: Could not write all bytes to file "a.csv": wanted=9 wrote=-1: No space left on device',
    'disk-full',
  ],
  ['ENOSPC: no space left on device, write', 'disk-full'],
  [
    'Out of Memory Error: failed to offload data block of size 256.0 KiB (9 GiB/9 GiB used).',
    'disk-full',
  ],
  [
    'Out of Memory Error: could not allocate block of size 256.0 MiB (16.7 MiB/256.0 MiB used)',
    'limit-exceeded',
  ],
  [
    'TransactionContext Error: Failed to commit: failed to pin block of size 256.0 KiB (621.5 MiB/621.6 MiB used)',
    'limit-exceeded',
  ],
  [
    'IO Error: Could not set lock on file "w.duckdb": Conflicting lock is held in /usr/bin/node (PID 7).',
    'warehouse-in-use',
  ],
  [
    'IO Error: Cannot open file "w.duckdb": The process cannot access the file because it is being used by another process.',
    'warehouse-in-use',
  ],
  [
    'IO Error: Trying to read a database file with version number 99, but we can only read versions between 64 and 67.',
    'home-newer',
  ],
  [
    'IO Error: The file "w.duckdb" exists, but it is not a valid DuckDB database file!',
    'home-unusable',
  ],
  ['IO Error: Cannot open file "w.duckdb": Permission denied', 'home-unusable'],
  ['IO Error: Cannot open file "w.duckdb": No such file or directory', 'home-unusable'],
  [
    'IO Error: Could not read enough bytes from file "w.duckdb": attempted to read 3192 bytes from location 5000',
    'home-unusable',
  ],
  ['INTERNAL Error: something', 'internal'],
])('%s → %s', (message, code) => {
  const problem = engineProblem(
    new Error(`${message}\nsecond line`),
    'loading a.csv',
    '/home/x/w.duckdb',
  )
  expect(problem.code).toBe(code)
  expect(problem.data.what).not.toContain('/home/x')
  expect(problem.data.detail).toBe(message)
  expect(engineProblem(problem, 'twice', 'x')).toBe(problem)
})
