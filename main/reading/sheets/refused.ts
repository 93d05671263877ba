/** What looks like a workbook and is not read, in sentences. */
import { Problem } from '../../../shared/domain/problem.ts'

export function refused(what: string, advice: string): Problem {
  return new Problem({
    code: 'source-binary',
    what: `This file is ${what}, which Pallet does not read.`,
    did: 'Nothing was read.',
    advice,
  })
}

export function locked(): Problem {
  return new Problem({
    code: 'source-binary',
    what: 'The workbook is locked with a password.',
    did: 'Nothing was read.',
    advice: 'Open it with its password, save it without one and choose that file.',
  })
}

export function notHereYet(): Problem {
  return new Problem({
    code: 'source-arriving',
    what: 'The workbook is not here as a whole yet, and the list of its parts is its last part.',
    advice: 'Wait until all of it has arrived.',
  })
}
