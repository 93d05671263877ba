import { expect, test } from 'vitest'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import {
  type GroupCells,
  generalSteps,
  proposedFixes,
} from '../../../shared/domain/fixing/fixProposals.ts'
import { fixWords } from '../../../shared/domain/fixing/groupFix.ts'
import { patternFault, replacementFault } from '../../../shared/domain/cells/pattern.ts'
import { doingWords, stepWords } from '../../../shared/domain/recipe/recipeWords.ts'

const column = (more: Partial<Column>): Column => ({
  name: 'x',
  label: 'X',
  type: 'text',
  ...more,
})
const group = (code: GroupCells['code'], of: Partial<Column>, ...values: string[]): GroupCells => ({
  code,
  column: column(of),
  values: new Map(values.map((value, at) => [value, values.length - at])),
  isMore: false,
})

/** What is proposed for cells of a column, and what a cell becomes by the first pattern that changes it. */
const typed: [of: Partial<Column>, cell: string, becomes: string | null][] = [
  [{ type: 'decimal' }, '1,5', '1.5'],
  [{ type: 'decimal' }, '-12,75', '-12.75'],
  [{ type: 'decimal' }, '1.234,50', '1234.50'],
  [{ type: 'decimal', decimalMark: ',' }, '1.5', '1,5'],
  [{ type: 'decimal', decimalMark: ',' }, '1,234.50', '1234,50'],
  // It may be a thousand: what can be read as it stands is not touched.
  [{ type: 'decimal' }, '1,500', null],
  [{ type: 'decimal' }, '€ 5.20', '5.20'],
  [{ type: 'integer' }, '12 Stk', '12'],
  [{ type: 'integer' }, '-3 Stk', '-3'],
  // Less than nothing, said by brackets or behind the number.
  [{ type: 'decimal' }, '(5.20)', null],
  [{ type: 'decimal' }, '5.20-', null],
  [{ type: 'decimal' }, '1 234.50', '1234.50'],
  [{ type: 'decimal' }, "1'234.50", '1234.50'],
  [{ type: 'date', order: 'dmy' }, '11/21/2026', '21/11/2026'],
  [{ type: 'date', order: 'dmy' }, '2026-11-02', '02-11-2026'],
  // It is the eleventh of December already.
  [{ type: 'date', order: 'dmy' }, '11/12/2026', null],
  [{ type: 'date', order: 'mdy' }, '21.11.26', '11.21.26'],
  [{ type: 'date', order: 'mdy' }, '2026-11-02', '11-02-2026'],
  [{ type: 'date', order: 'ymd' }, '2.11.2026', '2026-11-2'],
  [{ type: 'date', order: 'dmy' }, '2.11.2026 00:00:00', '2.11.2026'],
  [{ type: 'timestamp', order: 'dmy' }, '11/21/2026 10:05', '21/11/2026 10:05'],
]

test.each(typed)('%o: “%s” becomes %s', (of, cell, becomes) => {
  const steps = proposedFixes(group('type-error', of, cell)).flatMap((fix) =>
    fix.kind === 'steps' ? fix.steps : [],
  )
  const [first] = steps.filter((step) => step.kind === 'replace')
  for (const step of steps) {
    if (step.kind !== 'replace') continue
    expect(patternFault(step.find)).toBeNull()
    expect(replacementFault(step.find, step.with)).toBeNull()
  }
  const after =
    first === undefined
      ? null
      : cell.replace(new RegExp(first.find, 'g'), first.with.replace(/\\([0-9])/g, '$$$1'))
  expect(after).toBe(becomes)
  if (becomes === null) return
  // Whoever types it by hand is offered the same, and the very same cell first.
  const offered = generalSteps({ label: 'X', column: column(of) }, cell, becomes)
  expect(offered.map(doingWords)[0]).toBe(
    `Map “${cell}” to ${becomes === '' ? 'nothing' : `“${becomes}”`} in “X”`,
  )
  expect(offered.map(stepWords)).toContain(stepWords(first ?? { kind: 'trim' }))
})

const others: [cells: GroupCells, words: string[]][] = [
  [
    group('type-error', { type: 'integer' }, 'Stk', 'k.A.'),
    ['Map “Stk” to nothing and 1 more in “X”'],
  ],
  [group('type-error', { type: 'integer', required: true }, 'Stk'), []],
  [group('required-value', { required: true }, ''), ['“X” may be empty from now on']],
  [group('unique-error', { unique: true }, '7'), ['“X” may repeat from now on']],
  [
    group('constraint-error', { oneOf: ['Köln', 'Bonn'] }, 'KOLN', 'Bonm', 'Aachen'),
    ['Map “KOLN” to “Köln” and 1 more in “X”', '“X” may be “KOLN”, “Bonm”, “Aachen” from now on'],
  ],
  [
    group('constraint-error', { type: 'decimal', decimalMark: ',', max: 100 }, '1.200,5', '101'),
    ['“X” may be as large as 1200.5 from now on', '“X” has no largest value any more'],
  ],
  [group('extra-cell', {}, 'x'), []],
]

test.each(others)('what is proposed otherwise (%#)', (cells, words) => {
  expect(proposedFixes(cells).map((fix) => fixWords(fix, () => 'X'))).toEqual(words)
})

test('an empty cell that was filled offers to fill, and a cell that stays offers nothing', () => {
  const at = { label: 'X', column: null }
  expect(generalSteps(at, '', 'Bonn').map(doingWords)).toEqual(['Fill “X” with “Bonn”'])
  expect(generalSteps(at, 'Bonn', 'Bonn')).toEqual([])
})
