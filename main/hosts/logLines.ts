import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { LogLine } from '../../shared/domain/logLine.ts'

const lastBytes = 256 * 1024
const lastLines = 500

/** A line as pino writes it; its levels are 30, 40, 50 and those beyond. */
const Written = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().default('') })

/** The last lines of the log, oldest first: 500 at most, from the last 256 KiB. What could be a secret is cut out when a line is written. */
export async function lastLogLines(folder: string): Promise<LogLine[]> {
  const now = await tail(join(folder, 'pallet.log'))
  const lines =
    now.length < lastLines ? [...(await tail(join(folder, 'pallet.1.log'))), ...now] : now
  return lines.slice(-lastLines)
}

async function tail(path: string): Promise<LogLine[]> {
  const file = await open(path).catch(() => null)
  if (file === null) return []
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - lastBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
    // One that is cut at its beginning is no JSON.
    return buffer.toString('utf8', 0, bytesRead).split('\n').flatMap(lineOf)
  } finally {
    await file.close()
  }
}

function lineOf(text: string): LogLine[] {
  let written
  try {
    written = Written.safeParse(JSON.parse(text))
  } catch {
    return []
  }
  if (!written.success) return []
  const { level, time, msg, pid: _pid, hostname: _host, ...rest } = written.data
  return [
    {
      at: new Date(time).toISOString(),
      level: level >= 50 ? 'error' : level >= 40 ? 'warn' : 'info',
      message: msg,
      detail: Object.keys(rest).length === 0 ? '' : JSON.stringify(rest),
    },
  ]
}
