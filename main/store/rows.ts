import { Problem } from '../../shared/domain/problem.ts'
import type { Unreadable } from '../../shared/domain/unreadable.ts'

/** How the rows of a table are read: one that cannot be must not hide the others. */
export interface RowReader<Row> {
  kind: Unreadable['kind']
  nameOf: (row: unknown) => string
  /** Throws for a row that is not as this Pallet writes it. */
  parse: (row: unknown) => Row
}

/** Those that can be read. */
export function readable<Row>(rows: readonly unknown[], { parse }: RowReader<Row>): Row[] {
  return rows.flatMap((row) => {
    try {
      return [parse(row)]
    } catch {
      return []
    }
  })
}

/** The others. */
export function unreadable<Row>(rows: readonly unknown[], reader: RowReader<Row>): Unreadable[] {
  return rows.flatMap((row) => {
    try {
      reader.parse(row)
      return []
    } catch (error) {
      return [{ kind: reader.kind, name: reader.nameOf(row), detail: firstLine(error) }]
    }
  })
}

/** One row, or null where there is none. Throws `row-unreadable`. */
export function readOne<Row>(row: unknown, { kind, nameOf, parse }: RowReader<Row>): Row | null {
  if (row === undefined) return null
  try {
    return parse(row)
  } catch (error) {
    throw new Problem(
      {
        code: 'row-unreadable',
        what: `Pallet cannot read what it has stored of the ${kind} ${nameOf(row)}.`,
        did: 'It left it as it is; what was sent and loaded is not touched.',
        advice:
          'If a newer Pallet has written it, use that one. Otherwise it can be removed, and is then forgotten.',
        detail: firstLine(error),
      },
      { cause: error },
    )
  }
}

/** Which field it is; never its content. */
function firstLine(error: unknown): string {
  if (error instanceof Error && 'issues' in error && Array.isArray(error.issues)) {
    const [issue] = error.issues as { path?: PropertyKey[] }[]
    return `field ${issue?.path?.map(String).join('.') ?? '?'}`
  }
  return error instanceof SyntaxError ? 'not JSON' : 'of another shape'
}
