/** Which records are marked, as bits: whoever asks a record for its mark needs no join, which would lose the order of the rows. */

/** The engine copies the bits that it asks for every 2,048 rows, so they are kept in pieces: of one piece the copies would grow with the square of the file. */
const recordsOfPiece = 2 ** 18

/** The statements that keep the marks: of the records in a table with a column `rec`, none of which comes behind `lastRecord`. */
export function emitMarks(name: string, table: string, lastRecord: number): string[] {
  return Array.from({ length: piecesOf(lastRecord) }, (_, piece) => {
    const from = piece * recordsOfPiece
    const bits = `bitstring_agg(rec - ${from}, 0, ${recordsOfPiece - 1})`
    return `SET VARIABLE ${name}_${piece} = (SELECT ${bits} FROM ${table} WHERE rec >= ${from} AND rec < ${from + recordsOfPiece})`
  })
}

/** The condition under which a record `rec` has no mark. */
export function isUnmarked(name: string, lastRecord: number): string {
  const within = (from: number, to: number): string => {
    // Of a piece without marks there are no bits.
    if (to - from === 1)
      return `get_bit(getvariable('${name}_${from}'), (rec - ${from * recordsOfPiece})::INTEGER) IS DISTINCT FROM 1`
    const middle = Math.floor((from + to) / 2)
    return `CASE WHEN rec < ${middle * recordsOfPiece} THEN ${within(from, middle)} ELSE ${within(middle, to)} END`
  }
  return within(0, piecesOf(lastRecord))
}

const piecesOf = (lastRecord: number): number => Math.floor(lastRecord / recordsOfPiece) + 1
