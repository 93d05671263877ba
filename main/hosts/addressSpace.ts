import { readFileSync } from 'node:fs'
import { Problem } from '../../shared/domain/problem.ts'
import { formatBytes } from '../../shared/domain/sizes.ts'

/** What Node's threads and the engine reserve, most of which they never use; a run was seen to need 3.8 GiB. */
const neededBytes = 6 * 1024 ** 3

/**
 * Throws `limit-exceeded` where a shell or a service manager gives this process less address space than it
 * reserves: it would be ended in the middle of something, without a word. Only Linux tells.
 */
export function checkAddressSpace(): void {
  let limits = ''
  try {
    limits = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return
  }
  const allowed = Number(/^Max address space +(\d+)/m.exec(limits)?.[1] ?? Infinity)
  if (allowed >= neededBytes) return
  throw new Problem({
    code: 'limit-exceeded',
    what: `Pallet may reserve ${formatBytes(allowed)} of address space here, and needs ${formatBytes(neededBytes)}; it uses far less memory than that.`,
    did: 'It did not start; nothing was changed.',
    advice: 'Start it where “ulimit -v” says unlimited, or raise that limit.',
  })
}
