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
  quote: '"',
  /** The quote, doubled. */
  escape: '"',
  lineEnd: '\n',
  header: false,
  /**
   * record: ordinal from 1, the header and blank lines not counted, broken records counted;
   * line: physical line on which the record starts, from 1; byte_offset, byte_length: where
   * the record's text lies in the source file, its line end not included.
   */
  lineage: ['record', 'line', 'byte_offset', 'byte_length'],
  /** No line is longer: DuckDB's default `max_line_size` is 2,097,152. */
  maxLineBytes: 2_000_000,
} as const
