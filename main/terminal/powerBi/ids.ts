import { createHash } from 'node:crypto'

const digest = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex')

/** Always the same UUID of the same names (version 8, RFC 9562), so that a project that is written again differs only where it is another. */
export function idOf(...parts: string[]): string {
  const hex = digest(parts)
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Pages and visuals are called so: 20 digits. */
export const nameOf = (...parts: string[]): string => digest(parts).slice(0, 20)
