import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'

/** Runs a script that dies at its point, and waits for the storage that it had started. */
export async function killed(
  script: string,
  home: string,
  point: object,
  told: string,
): Promise<void> {
  const child = spawn(process.execPath, [script, home, JSON.stringify(point)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect(signal, `${told}: ${said}`).toBe('SIGKILL')
  const storage = /"storage":(\d+)/.exec(said)?.[1]
  // What it had started ends by itself.
  while (isThere(storage)) await wait(20)
}

function isThere(told: string | undefined): boolean {
  if (told === undefined) return false
  const pid = Number(told)
  try {
    process.kill(pid, 0)
    return (
      !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    )
  } catch {
    return false
  }
}
