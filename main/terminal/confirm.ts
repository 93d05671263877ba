import { createInterface } from 'node:readline'
import { Problem } from '../../shared/domain/problem.ts'
import type { Session } from './session.ts'

/**
 * Asks before something goes that cannot be had back. A script, whom nobody can ask, says `--yes`
 * beforehand; without it this is wrong usage.
 */
export async function confirm(
  { output, json, signal }: Session,
  question: string,
  yes: boolean,
): Promise<boolean> {
  if (yes) return true
  if (json || !process.stdin.isTTY || !process.stderr.isTTY)
    throw new Problem({
      code: 'usage',
      what: 'This command asks back before it does its work, and here is nobody to answer.',
      did: 'Nothing was changed.',
      advice: 'Add --yes, and it does not ask.',
    })
  output.note(`${question} Type “yes” to go on:`)
  const lines = createInterface({ input: process.stdin, terminal: false, signal })
  try {
    for await (const line of lines)
      if (/^\s*y(es)?\s*$/i.test(line)) return true
      else break
  } finally {
    lines.close()
  }
  output.note('Nothing was changed.')
  return false
}
