/** What steps of a recipe need from outside of the file. */
import type { Sought } from '../../../shared/domain/recipe/lookUp.ts'

export interface Outside {
  tables: readonly LookedUp[]
  /** Where a step makes tokens. */
  tokenKey?: TokenKey
}

/** What steps look up in one dataset by the same keys: a file as of `ColumnValuesInput`. */
export interface LookedUp extends Sought {
  file: string
}

/** The two keys of HMAC (RFC 2104), 64 bytes each, in hexadecimal. They stay in memory. */
export interface TokenKey {
  inner: string
  outer: string
}
