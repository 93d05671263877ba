/** Tokens: HMAC-SHA-256 (RFC 2104) of a cell, of which the key stays outside of the statements. */
import type { Statements } from './engine.ts'

const variables = { inner: 'token_inner', outer: 'token_outer' }

/** The key for all statements of this connection; it is bound, so that no message and no log can show it. */
export async function useTokenKey(
  engine: Statements,
  key: { inner: string; outer: string } | undefined,
): Promise<void> {
  if (key === undefined) return
  await engine.run(`SET VARIABLE ${variables.inner} = unhex($1)`, [key.inner])
  await engine.run(`SET VARIABLE ${variables.outer} = unhex($1)`, [key.outer])
}

/** `sha256` answers in lower-case hexadecimal. Without a key the statement fails, for of NULL it would make NULL. */
export function tokenOf(cell: string): string {
  const key = (variable: string): string =>
    `coalesce(getvariable('${variable}'), error('no key for tokens is at hand'))`
  const inside = `sha256(${key(variables.inner)} || encode(${cell}))`
  return `sha256(${key(variables.outer)} || unhex(${inside}))`
}
