import { basename } from 'node:path'
import { Problem } from '../../shared/domain/problem.ts'
import type { LoadInput } from '../runs/ports/warehouse.ts'

/** Rows that are not there as they were written. */
export function unbalanced(input: LoadInput, rows: number, where: string): Problem {
  return new Problem({
    code: 'account-unbalanced',
    what: `The account of ${basename(input.file)} does not balance: ${input.rows} clean rows were written, but ${rows} ${where}.`,
    did: `Pallet loaded nothing; the table "${input.table}" is as it was.`,
    advice:
      'Start the run again. If it happens again, send the log file to whoever looks after Pallet.',
  })
}
