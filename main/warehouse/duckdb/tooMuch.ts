import { Problem } from '../../../shared/domain/problem.ts'

/** A query that needed more of something than it may have. */
export function tooMuch(ofWhat: string): Problem {
  return new Problem({
    code: 'limit-exceeded',
    what: `This query needed ${ofWhat}.`,
    did: 'Pallet ended it; nothing was changed.',
    advice: 'Ask for less at once: fewer rows or columns, shorter cells, a WHERE or a LIMIT.',
  })
}
