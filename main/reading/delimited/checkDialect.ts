/** Dialects that cannot work. */
import {
  type Dialect,
  maxDelimiterLength,
  quotePairs,
} from '../../../shared/domain/files/dialect.ts'
import { Problem } from '../../../shared/domain/problem.ts'

/** Throws `dialect-unclear`, before a byte is read. */
export function checkDialect({ delimiter, quote, escape, repeats, comment = '' }: Dialect): void {
  const isPlain = (text: string) => !/\P{ASCII}|[\0\r\n]/u.test(text)
  const clash = [quote, escape].some((one) => one !== '' && delimiter.includes(one))
  const isPaired = quote in quotePairs && (escape === '' || escape === quote)
  const isShort = quote.length <= 1 && escape.length <= 1 && delimiter.length <= maxDelimiterLength
  const isOne = repeats !== true || delimiter.length === 1
  const isApart = comment === '' || (isPlain(comment) && !(delimiter + quote).includes(comment))
  if (
    delimiter !== '' &&
    isShort &&
    isOne &&
    isApart &&
    isPlain(delimiter) &&
    (isPaired || (isPlain(quote) && isPlain(escape))) &&
    !clash
  )
    return
  throw new Problem({
    code: 'dialect-unclear',
    what: `Pallet cannot split rows with delimiter "${delimiter}", quote "${quote}" and escape "${escape}".`,
    advice:
      'Choose plain characters; the delimiter must hold neither of the other two, and none may be a line end.',
  })
}
