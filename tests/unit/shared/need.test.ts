import { expect, it } from 'vitest'
import { needSentence, needsOf } from '../../../shared/domain/runs/need.ts'
import type { ProblemCode } from '../../../shared/domain/problem.ts'
import type { Run, StepName } from '../../../shared/domain/runs/run.ts'
import { fakeRun } from '../../fixtures/fakeCore.ts'

function waiting(id: string, code: ProblemCode, connection = 'shop', at: StepName = 'upload'): Run {
  const run = fakeRun(id)
  return {
    ...run,
    createdAt: id,
    state: 'waiting',
    steps: [{ name: at, state: 'waiting', startedAt: null, ms: null, progress: null }],
    problem: {
      code,
      what: `${code}.`,
      did: '',
      advice: '',
      detail: '',
      ...(at === 'upload' ? { connection } : {}),
    },
  }
}
const sentences = (...runs: Run[]) => needsOf(runs).map(needSentence)

it('is one sentence a connection, whichever of its runs found out', () => {
  const runs = [
    waiting('3', 'credential-expired'),
    waiting('1', 'permission-denied'),
    waiting('2', 'credential-expired'),
    waiting('4', 'clock-skew', 'other'),
  ]
  expect(sentences(...runs)).toEqual([
    'The connection “shop” needs a new credential; 3 runs wait for it.',
    'The clock of this computer is too far off for the connection “other”; 1 run waits for it.',
  ])
  expect(needsOf(runs)[0]?.runs.map(({ id }) => id)).toEqual(['1', '2', '3'])
  expect(sentences(waiting('1', 'credential-missing'))).toEqual([
    'The connection “shop” needs its credential again; 1 run waits for it.',
  ])
  expect(sentences(waiting('1', 'permission-denied'))).toEqual([
    'The connection “shop” needs more rights; 1 run waits for them.',
  ])
})

it('is nothing that heals by itself, has ended, or concerns the source', () => {
  expect(
    sentences(
      waiting('1', 'network'),
      { ...waiting('2', 'credential-expired'), state: 'failed' },
      { ...waiting('3', 'credential-expired'), state: 'queued' },
      waiting('4', 'credential-missing', 'shop', 'fetch'),
    ),
  ).toEqual([])
})
