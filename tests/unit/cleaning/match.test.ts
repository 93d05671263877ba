import { describe, expect, it } from 'vitest'
import { matchColumns } from '../../../main/cleaning/match.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'

const text = (name: string, label: string): Column => ({ name, label, type: 'text' })
function match(columns: Column[], labels: string[]) {
  return matchColumns({ columns, maxQuarantinedShare: 0 }, labels).map(({ cell }) => cell)
}
function problemOf(work: () => unknown): Problem {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return error
  }
  throw new Error('no Problem was thrown')
}

describe('the columns of the contract in the file', () => {
  it('are found by their labels, in any order', () => {
    expect(match([text('a', 'Store'), text('b', 'Price')], ['Price', 'Store'])).toEqual([1, 0])
  })

  it('are found without regard to case and white space, the exact label first', () => {
    const columns = [text('a', 'unit price'), text('b', 'Unit Price')]
    expect(match(columns, ['Unit Price', 'UNIT  PRICE'])).toEqual([1, 0])
  })

  it('name what is missing and what is new in one sentence', () => {
    const problem = problemOf(() =>
      match([text('a', 'Store'), text('b', 'Price')], ['Store', 'Preis']),
    )
    expect(problem.code).toBe('contract-mismatch')
    expect(problem.data.what).toContain('lacks "Price"')
    expect(problem.data.what).toContain('has "Preis"')
  })

  it('may not share a name', () => {
    const columns = [text('a', 'x'), text('A', 'y')]
    expect(problemOf(() => match(columns, ['x', 'y'])).code).toBe('contract-mismatch')
  })

  it('may have a smallest value only where they are numbers or days', () => {
    const columns: Column[] = [{ ...text('a', 'x'), min: 1 }]
    expect(problemOf(() => match(columns, ['x'])).data.what).toContain(
      'the rule “at least”, which its type, text, cannot have',
    )
  })
})
