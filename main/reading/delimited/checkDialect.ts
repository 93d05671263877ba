/** Dialects that cannot work. */
import type { Dialect } from '../../../shared/domain/dialect.ts'
import { Problem } from '../../../shared/domain/problem.ts'

/** Throws `dialect-unclear`, before a byte is read. */
export function checkDialect({ delimiter, quote, escape }: Dialect): void {
  const ascii = (text: string) => text.length <= 1 && !/\P{ASCII}|[\0\r\n]/u.test(text)
  const clash = delimiter === quote || delimiter === escape
  if (delimiter !== '' && ascii(delimiter) && ascii(quote) && ascii(escape) && !clash) return
  throw new Problem({
    code: 'dialect-unclear',
    what: `Pallet cannot split rows with delimiter "${delimiter}", quote "${quote}" and escape "${escape}".`,
    advice:
      'Choose three plain characters; the delimiter must differ from the other two, and none may be a line end.',
  })
}
