import { describe, expect, it } from 'vitest'
import { RunBoard, standingOf, underWayText } from '../../../main/electron/runNotices.ts'
import { type Run, type Step, runStates } from '../../../shared/domain/runs/run.ts'
import { fakeRun } from '../../fixtures/fakeCore.ts'

const problem = {
  code: 'credential-expired' as const,
  what: 'The key has expired.',
  did: '',
  advice: 'Enter a new one.',
  detail: '',
}
const asking: Partial<Run> = { state: 'waiting', retryAt: null, problem }
const waiting: Partial<Run> = { state: 'waiting', retryAt: '2026-01-01T00:01:00.000Z' }

function board() {
  const board = new RunBoard()
  const take = (id: string, change: Partial<Run>) => board.take({ ...fakeRun(id), ...change })
  return { board, take }
}

function step(state: Step['state'], done = 0, total: number | null = null): Step {
  return {
    name: 'upload',
    state,
    startedAt: null,
    ms: null,
    progress:
      total === null
        ? null
        : {
            bytesDone: done,
            bytesTotal: total,
            rowsDone: 0,
            rowsTotal: null,
            bytesPerSecond: null,
            secondsLeft: null,
            state: 'moving',
            doing: '',
          },
  }
}

describe('what is told of a run', () => {
  it('its end, once', () => {
    const { take } = board()
    const rows = { in: 10_494, clean: 10_482, quarantined: 12, dropped: 0, loaded: 10_482 }
    expect(take('a', { state: 'queued' })).toBeNull()
    expect(take('a', { state: 'running' })).toBeNull()
    expect(take('a', { state: 'succeeded', rows })).toEqual({
      runId: 'a',
      title: 'sales.csv was delivered',
      body: '10,482 of 10,494 rows delivered, 12 held back.',
    })
    expect(take('a', { state: 'succeeded', rows })).toBeNull()
  })

  it('its failure, with the reason and what to do, and again after a retry', () => {
    const { take } = board()
    take('a', {})
    const failed = take('a', { state: 'failed', problem })
    expect(failed).toMatchObject({
      title: 'sales.csv was not delivered',
      body: 'The key has expired. Enter a new one.',
    })
    take('a', {})
    expect(take('a', { state: 'stopped', problem })).not.toBeNull()
  })

  it('a run that was over before anybody looked', () => {
    expect(board().take('a', { state: 'succeeded' })?.body).toBe(
      'Everything is where it should be.',
    )
  })

  it('what it needs of a person, once for all that need the same', () => {
    const { take } = board()
    for (const id of ['a', 'b', 'c']) take(id, {})
    expect(take('a', asking)?.title).toBe('sales.csv needs you')
    expect(take('b', asking)).toBeNull()
    const other = { ...problem, what: 'The container is not there.' }
    expect(take('c', { ...asking, problem: other })).not.toBeNull()
  })

  it('every question, for each is of its own file, with the numbers to decide by', () => {
    const { take } = board()
    const question = { kind: 'shrink', table: 'sales', out: 900, rows: 3 } as const
    for (const id of ['a', 'b']) take(id, {})
    for (const id of ['a', 'b'])
      expect(take(id, { state: 'waiting', question })).toEqual({
        runId: id,
        title: 'sales.csv needs you',
        body: 'Its 3 rows would take the place of 900 rows in sales.',
      })
    expect(
      take('a', { state: 'succeeded', answered: [{ question, answer: 'skip' }] }),
    ).toMatchObject({
      title: 'Nothing of sales.csv was loaded',
      body: 'Its 3 rows would take the place of 900 rows in sales.',
    })
  })

  it('a delivery that was taken out again, once', () => {
    const { take } = board()
    take('a', { state: 'succeeded' })
    const undone = { state: 'succeeded', undoneAt: '2026-01-02T00:00:00.000Z' } as const
    expect(take('a', undone)).toMatchObject({
      title: 'sales.csv was undone',
      body: 'Its rows are out of the table again.',
    })
    expect(take('a', undone)).toBeNull()
  })

  it('nothing of what a person did, of a wait that ends by itself, or of an older question', () => {
    const { take } = board()
    expect(take('old', asking)).toBeNull()
    take('a', {})
    for (const change of [waiting, { state: 'paused' }, { state: 'cancelled' }] as const)
      expect(take('a', change)).toBeNull()
  })
})

describe('what is shown of all runs', () => {
  it('every state has a standing', () => {
    for (const state of runStates)
      expect(typeof standingOf({ ...fakeRun('a'), state })).toBe('string')
  })

  it('only work keeps the computer awake; a wait goes on by itself all the same', () => {
    const { board: all, take } = board()
    take('a', {})
    take('b', waiting)
    take('c', asking)
    take('d', { state: 'paused' })
    expect([all.working, all.underWay]).toEqual([1, 2])
  })

  it('one bar for all that are unfinished', () => {
    const { board: all, take } = board()
    expect(all.progress).toBeNull()
    take('a', { steps: [step('done'), step('running', 50, 100)] })
    expect(all.progress).toEqual({ share: 0.75, mode: 'normal' })
    take('b', { steps: [step('running', 25, 100), step('pending')], ...waiting })
    expect(all.progress).toEqual({ share: 0.4375, mode: 'normal' })
    take('a', { state: 'succeeded' })
    expect(all.progress).toEqual({ share: 0.125, mode: 'paused' })
    take('c', { steps: [step('skipped'), step('pending')], ...asking })
    expect(all.progress?.mode).toBe('error')
    take('b', { state: 'cancelled' })
    take('c', { state: 'paused' })
    expect(all.progress).toBeNull()
  })

  it('in words', () => {
    expect([0, 1, 2].map(underWayText)).toEqual([
      'Nothing is under way',
      '1 run under way',
      '2 runs under way',
    ])
  })
})
