/** What comes from files, storages and people is shown, and steers nothing. */
import { expect, test } from 'vitest'
import { openOutput } from '../../../main/terminal/output.ts'
import { visible, visibleLines } from '../../../main/terminal/visible.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { receiptText } from '../../../main/terminal/receipt.ts'
import type { HeldGroup } from '../../../shared/domain/fixing/fixing.ts'
import type { Receipt, Run } from '../../../shared/domain/runs/run.ts'

/** A colour, the title of the window, an 8-bit control, a delete, a return to the line's begin, a reversed order. */
const evil = 'a\u001b[31mb\u001b]0;title\u0007c\u009b2Jd\u007fe\rf\u202eg\u2066h'
const steers = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

test('controls become pictures; letters of every script stay', () => {
  expect(visible(evil)).toBe('a␛[31mb␛]0;title␇c\ufffd2Jd␡e␍f\ufffdg\ufffdh')
  expect(visible('x\ny')).toBe('x␊y')
  expect(visibleLines('x\ny\t')).toBe('x\ny␉')
  const names = 'Müller مبيعات עברית नमस्ते 👩‍👧 \u200f\u200e'
  expect(visible(names)).toBe(names)
})

const run = {
  id: 'r',
  steps: [{ name: 'read', state: 'done', startedAt: null, ms: 1, progress: null }],
} as unknown as Run

const receipt: Receipt = {
  event: 'receipt',
  runId: evil,
  dataset: evil,
  state: 'failed',
  source: { path: evil, bytes: 1, sha256: null },
  rows: { in: 1, clean: 1, quarantined: 0, dropped: 0, loaded: 1 },
  lookedUp: [],
  droppedBy: [{ rule: evil, rows: 1 }],
  upload: {
    connection: evil,
    container: evil,
    blob: evil,
    bytes: 1,
    etag: evil,
    blocks: 1,
    blocksSent: 1,
    bytesSent: 1,
  },
  load: {
    connection: 'sandbox',
    warehouse: evil,
    table: evil,
    meaning: { kind: 'append' },
    rows: 1,
    tableRows: 1,
    removed: 0,
    corrects: null,
    totals: null,
  },
  told: [{ connection: evil, name: evil, done: false }],
  steps: [],
  problem: { code: 'usage', what: evil, did: evil, advice: evil, detail: evil },
  startedAt: '',
  finishedAt: null,
  asked: null,
  answered: [],
  undoneAt: null,
  correctedBy: null,
  blobNow: null,
  completes: evil,
  attempts: [],
  version: 3,
  drift: [],
  warnings: [{ rule: evil, rows: 2, lines: [3] }],
  droppedByHand: [{ reason: evil, rows: 1 }],
}

const group = (rows: number): HeldGroup => ({
  id: evil,
  column: evil,
  rows,
  firstLine: 12,
  message: evil,
})

test('rows that are held back are no tick: their reasons come first, the most frequent ones only', () => {
  const delivered: Receipt = {
    ...receipt,
    state: 'succeeded',
    rows: { in: 60, clean: 43, quarantined: 17, dropped: 0, loaded: 43 },
    droppedByHand: [],
    problem: null,
  }
  const lines = receiptText(delivered, [6, 5, 3, 1, 1, 1].map(group)).split('\n')
  expect(lines[0]).toBe('! 43 of 60 rows delivered, 17 held back.')
  expect(lines[1]).toMatch(/^ {2}6 rows, first in line 12: a/)
  expect(lines[6]).toBe('  … and 1 other kind of problem')
  expect(lines[7]).toMatch(/pallet rejects .+“pallet fix/)
  expect(lines.slice(8, 10)).toEqual(['', expect.stringMatching(/^ {2}run /)])
  const none = { ...delivered, rows: { ...delivered.rows, clean: 60, quarantined: 0, loaded: 60 } }
  expect(receiptText(none, [])).toMatch(/^✔ 60 of 60 rows delivered\.\n {2}run /)
})

test('a question has its answers below it, one a line', () => {
  const asks: Receipt = {
    ...receipt,
    runId: 'R1',
    state: 'waiting',
    asked: { kind: 'shrink', table: 'sales', out: 60, rows: 2 },
    problem: {
      code: 'decision-needed',
      what: 'Few.',
      did: 'Nothing left.',
      advice: '',
      detail: '',
    },
  }
  const lines = receiptText(asks, []).split('\n')
  expect(lines.slice(-3)).toEqual([
    '  Few. Nothing left. Say what it is:',
    expect.stringMatching(/^ {4}“pallet answer R1 replace”: \S/),
    expect.stringMatching(/^ {4}“pallet answer R1 skip”: load nothing$/),
  ])
  expect(receiptText(asks, [], true)).toMatch(/\n\n {2}It waits for the same\.$/)
})

test.each([
  ['people', false],
  ['machines', true],
])('whatever is said to %s', (_who, json) => {
  let said = ''
  const write = (text: string): boolean => {
    said += text
    return true
  }
  const output = openOutput(json, {
    out: { write },
    err: { write, isTTY: false } as unknown as NodeJS.WriteStream,
  })
  output.table([evil], [[evil]], [{ name: evil }])
  output.text(evil, { name: evil })
  output.progress(run)
  output.receipt(receipt, [group(1)])
  output.warning('r', evil)
  output.note(evil)
  output.problem(new Problem({ code: 'usage', what: evil, did: evil, advice: evil }))
  expect(said).toContain('title')
  expect(said.replaceAll('\n', '')).not.toMatch(json ? /\p{Cc}/u : steers)
  if (json)
    for (const line of said.split('\n').filter((line) => line.startsWith('{"name"')))
      expect(JSON.parse(line)).toEqual({ name: evil })
})
