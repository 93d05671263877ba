import { createHash, randomBytes } from 'node:crypto'

/** `20261120-181533-9f2c`: sorts by time, short enough to type. */
export function newRunId(at: Date): string {
  const stamp = at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${stamp}-${randomBytes(6).toString('hex')}`
}

/** Of a run that somebody else has a name for: always the same one. */
export const namedRunId = (name: string): string =>
  `named-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`
