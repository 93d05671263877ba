import { basename } from 'node:path'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'

/**
 * An error of DuckDB, or of the files around it, as a sentence. `file` is the file that was
 * worked on, `doing` what was being done: "cleaning sales.csv".
 */
export function engineProblem(thrown: unknown, doing: string, file: string): Problem {
  if (thrown instanceof Problem) return thrown
  const detail = firstLine(thrown)
  const name = basename(file)
  const because = { cause: thrown }
  const trouble = fileTrouble(errorCode(thrown))
  if (trouble === 'full' || /no space left|disk quota|failed to offload/i.test(detail))
    return new Problem(
      {
        code: 'disk-full',
        what: `The disk became full while ${doing}.`,
        did: 'Pallet stopped this step and removed what was half written; nothing that was finished before is changed.',
        advice: 'Free some space; the run then continues by itself.',
        detail,
      },
      because,
    )
  if (/could not set lock|conflicting lock|being used by another process/i.test(detail))
    return new Problem(
      {
        code: 'warehouse-in-use',
        what: `The file ${name} is in use by another program.`,
        did: 'Pallet changed nothing in it. A run waits and goes on by itself when the file is free.',
        advice: 'Close the program that has it open; a DuckDB window is one.',
        detail,
      },
      because,
    )
  if (/out of memory|failed to pin block|could not allocate block/i.test(detail))
    return new Problem(
      {
        code: 'limit-exceeded',
        what: `More memory than Pallet allows itself was needed while ${doing}.`,
        did: 'It stopped this step; nothing that was finished before is changed.',
        advice:
          'Rows with very many or very long cells can cause this: split the file and try again.',
        detail,
      },
      because,
    )
  if (/with version number|newer version of duckdb|storage version/i.test(detail))
    return new Problem(
      {
        code: 'home-newer',
        what: `The file ${name} was written by a newer version.`,
        did: 'Pallet did not touch it.',
        advice: 'Install the newest Pallet.',
        detail,
      },
      because,
    )
  const why = reason(detail)
  if (why !== null)
    return new Problem(
      {
        code: 'home-unusable',
        what: `The file ${name} cannot be used (${why}).`,
        did: 'Pallet left it as it is.',
        advice: 'Check the folder and its rights, or move the file away and try again.',
        detail,
      },
      because,
    )
  if (trouble !== null) return Problem.from(thrown)
  return new Problem(
    {
      code: 'internal',
      what: `Pallet met an error it does not know while ${doing}.`,
      did: 'It stopped this step; nothing that was finished before is changed.',
      advice: 'Try again. If it happens again, send the log file to whoever looks after Pallet.',
      detail,
    },
    because,
  )
}

/** The first line of a message: the engine appends the statement and hints after it. */
export function firstLine(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return (message.split('\n')[0] ?? '').slice(0, 500)
}

function reason(detail: string): string | null {
  if (/permission denied/i.test(detail)) return 'no permission'
  if (/read-only file/i.test(detail)) return 'it can only be read'
  if (/no such file or directory|cannot find the (file|path)/i.test(detail))
    return 'it or its folder is gone'
  if (/is a directory/i.test(detail)) return 'it is a folder'
  if (/not a valid duckdb|corrupt|could not read/i.test(detail))
    return 'it is damaged or not a DuckDB file'
  return null
}
