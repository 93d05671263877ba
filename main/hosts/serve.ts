import open from 'open'
import type { Logger } from 'pino'
import type { Core } from '../runs/core.ts'
import { exitCodes, type ExitCode } from '../terminal/commands.ts'
import type { Output } from '../terminal/output.ts'
import { readyLine, startWeb } from './web.ts'

/** `pallet serve`: the window in the browser until Ctrl-C; runs that were cut off go on. */
export async function serve(
  core: Core,
  output: Output,
  port: number,
  signal: AbortSignal,
  log: Logger,
): Promise<ExitCode> {
  const web = await startWeb({ core, log, port })
  try {
    core.resumeAll()
    output.text(readyLine(web.url), { event: 'ready', url: web.url })
    if (process.stdout.isTTY && hasDisplay()) await open(web.url).catch(() => {})
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve())
    })
    output.note('Closing …')
    return exitCodes.succeeded
  } finally {
    await web.close()
  }
}

function hasDisplay(): boolean {
  return (
    process.platform !== 'linux' ||
    process.env['DISPLAY'] !== undefined ||
    process.env['WAYLAND_DISPLAY'] !== undefined
  )
}
