import type { OtherTables } from '../../../main/reading/delimited/otherTables.ts'
import { Tokenizer } from '../../../main/reading/delimited/tokenizer.ts'
import type { Mended } from '../../../main/reading/mended.ts'
import type { TokenizerOptions } from '../../../main/reading/delimited/tokenizer.ts'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import type { HeldRow } from '../../../shared/domain/files/quarantine.ts'

export const plainDialect: Dialect = {
  encoding: 'utf-8',
  delimiter: ',',
  quote: '"',
  escape: '"',
  lineEnd: '\n',
  headerRows: 0,
  skipLines: 0,
}

export interface Tokenized {
  /** The canonical file, as text. */
  output: string
  held: HeldRow[]
  records: number
  quarantined: number
  mended: Mended
  comments: Mended
  others: Pick<OtherTables, 'told' | 'count' | 'rows'>
}

/** Runs a tokenizer over chunks to the end. */
export function tokenize(
  chunks: Iterable<Uint8Array>,
  options: Partial<Omit<TokenizerOptions, 'dialect' | 'held'>> & {
    dialect?: Partial<Dialect>
  } = {},
): Tokenized {
  const held: HeldRow[] = []
  const pushed = [...chunks]
  const tokenizer = new Tokenizer({
    width: options.width ?? null,
    trailingDelimiter: options.trailingDelimiter ?? false,
    header: options.header ?? null,
    dialect: { ...plainDialect, ...options.dialect },
    inputBytes: pushed.reduce((sum, { length }) => sum + length, 0),
    held: (row) => held.push(row),
  })
  const parts: Buffer[] = []
  const drain = () => {
    for (let more = true; more;) {
      more = tokenizer.run()
      parts.push(Buffer.from(tokenizer.output.subarray(0, tokenizer.outputEnd)))
      tokenizer.outputEnd = 0
    }
  }
  for (const chunk of pushed) {
    tokenizer.push(chunk)
    drain()
  }
  tokenizer.finish()
  drain()
  return {
    output: Buffer.concat(parts).toString(),
    held,
    records: tokenizer.records,
    quarantined: tokenizer.quarantined,
    mended: tokenizer.mended,
    comments: tokenizer.comments,
    others: {
      told: tokenizer.others.told,
      count: tokenizer.others.count,
      rows: tokenizer.others.rows,
    },
  }
}
