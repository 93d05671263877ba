import { plainDestination } from '../../fixtures/destination.ts'
import { describe, expect, it } from 'vitest'
import {
  currentStep,
  fractionOf,
  progressText,
  spokenProgress,
  stepResult,
  timeLeft,
} from '../../../renderer/features/runs/progressText.ts'
import {
  stepNames,
  type Progress,
  type Run,
  type StepState,
} from '../../../shared/domain/runs/run.ts'

const nothing: Progress = {
  bytesDone: 0,
  bytesTotal: null,
  rowsDone: 0,
  rowsTotal: null,
  bytesPerSecond: null,
  secondsLeft: null,
  state: 'moving',
  doing: '',
}

function runAt(states: StepState[], progress: Progress | null = null): Run {
  return {
    id: 'r',
    dataset: 'sales',
    source: { kind: 'file', path: '/a.csv', name: 'a.csv', bytes: 2048, sha256: null },
    destination: plainDestination,
    state: 'running',
    steps: stepNames.map((name, index) => ({
      name,
      state: states[index] ?? 'pending',
      startedAt: null,
      ms: null,
      progress: states[index] === 'running' ? progress : null,
    })),
    rows: { in: 12, clean: 10, quarantined: 1, dropped: 1, loaded: 10 },
    told: [],
    problem: null,
    retryAt: null,
    createdAt: '',
    updatedAt: '',
    finishedAt: null,
    question: null,
    answered: [],
    undoneAt: null,
    correctedBy: null,
    blobNow: null,
    completes: null,
    account: { in: null, clean: null, quarantined: null, dropped: null, loaded: null },
  }
}

describe('the numbers of a step', () => {
  it('says nothing that is not known', () => {
    expect(progressText(nothing)).toEqual({ bytes: '', rows: '', rate: '', left: '' })
    expect(fractionOf(nothing)).toBeNull()
  })

  it('says bytes, rows, rate and time left', () => {
    expect(
      progressText({
        ...nothing,
        bytesDone: 512 * 1024,
        bytesTotal: 2 * 1024 ** 2,
        rowsDone: 3402112,
        bytesPerSecond: 1.5 * 1024 ** 2,
        secondsLeft: 71,
      }),
    ).toEqual({
      bytes: '512 KiB of 2.0 MiB',
      rows: '3,402,112 rows',
      rate: '1.5 MiB/s',
      left: '1 min 20 s left',
    })
  })

  it('measures by bytes, else by rows, and never beyond the end', () => {
    expect(fractionOf({ ...nothing, bytesDone: 25, bytesTotal: 100, rowsTotal: 2 })).toBe(0.25)
    expect(fractionOf({ ...nothing, rowsDone: 1, rowsTotal: 2 })).toBe(0.5)
    expect(fractionOf({ ...nothing, bytesDone: 120, bytesTotal: 100 })).toBe(1)
    expect(fractionOf({ ...nothing, bytesTotal: 0 })).toBeNull()
  })
})

it.each([
  [0, 'a few seconds left'],
  [4.9, 'a few seconds left'],
  [11, '15 s left'],
  [59, '1 min left'],
  [61, '1 min 10 s left'],
  [3000, '50 min left'],
  [7230, '2 h 1 min left'],
])('%d seconds are told as “%s”', (seconds, text) => {
  expect(timeLeft(seconds)).toBe(text)
})

it('names the step a run is at', () => {
  expect(currentStep(runAt(['done', 'running']))?.name).toBe('read')
  expect(currentStep(runAt(['done', 'done', 'failed']))?.name).toBe('clean')
  expect(currentStep(runAt(['done']))?.name).toBe('read')
  expect(currentStep(runAt(stepNames.map(() => 'done')))).toBeNull()
})

it('tells what each finished step achieved', () => {
  const run = runAt(['done', 'done', 'done', 'done', 'done', 'skipped'])
  expect(run.steps.map((step) => stepResult(step, run))).toEqual([
    '2.0 KiB',
    '12 rows',
    '10 clean · 1 held back · 1 dropped',
    'exports/sales.csv',
    '10 rows in table sales',
    'Not needed',
  ])
})

it('speaks in quarters, so that it does not speak all the time', () => {
  const at = (bytesDone: number) =>
    spokenProgress(runAt(['running'], { ...nothing, bytesDone, bytesTotal: 100 }))
  expect([0, 24, 25, 49, 99].map(at)).toEqual([
    'Fetch has begun.',
    'Fetch has begun.',
    'Fetch: 25 percent.',
    'Fetch: 25 percent.',
    'Fetch: 75 percent.',
  ])
})
