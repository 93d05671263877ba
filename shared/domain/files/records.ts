/**
 * The canonical records file: what reading hands to cleaning, and nobody else sees. One line
 * per record that stands, in file order; records whose structure is broken are not in it.
 *
 * Every line begins with the record's lineage as plain integers and goes on with its cells, as many on
 * every line as the file has columns. An empty cell is written as nothing (DuckDB: NULL), a cell that was
 * quoted and empty as `""` (DuckDB: '' with `allow_quoted_nulls=false`). Cells keep their white space and
 * the line breaks inside them; quotes stand around a cell wherever the source had them and
 * wherever the cell needs them. The text is valid UTF-8 without a byte-order mark and without NUL.
 */
export const recordsLayout = {
  encoding: 'utf-8',
  delimiter: ',',
  /** Inside a quoted cell a quote is doubled. */
  quote: '"',
  lineEnd: '\n',
  /**
   * rec: ordinal from 1, the header and blank lines not counted, broken records counted;
   * line: physical line on which the record starts, from 1, or the row as its program numbers it; off, len: where the
   * record's text lies in bytes, its line end not included: in the source file, or, where that is no text, its cells in
   * this file (`RawText` in `reading.ts` says which).
   */
  lineage: ['rec', 'line', 'off', 'len'],
  /**
   * No record has more cells; files with more columns are refused. Exports of tills and back offices have tens to
   * hundreds, and memory and time of the steps behind grow with every column.
   */
  maxColumns: 4096,
  /** No line is longer: the reader holds such records back. DuckDB's default limit is 2,097,152. */
  maxLineBytes: 2_000_000,
} as const
