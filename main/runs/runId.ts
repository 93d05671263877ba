import { randomBytes } from 'node:crypto'

/** `20261120-181533-9f2c`: sorts by time, short enough to type. */
export function newRunId(at: Date): string {
  const stamp = at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${stamp}-${randomBytes(6).toString('hex')}`
}
