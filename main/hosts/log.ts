import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { withoutSecrets } from '../../shared/domain/problem.ts'

const largestLogBytes = 10 * 1024 * 1024

export interface OpenLog {
  log: Logger
  close: () => Promise<void>
}

/**
 * The log file; when it has grown large it becomes the one before it, of which one is kept: whoever makes Pallet
 * write, logs never fill a disk.
 * What could be a secret is cut out, by its name and by its look, on top of never being logged.
 */
export function openLog(
  folder: string,
  options: { sync: boolean } = { sync: false },
  largestBytes = largestLogBytes,
): OpenLog {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'pallet.log')
  let bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const destination = pino.destination({ dest: file, mode: 0o600, sync: options.sync })
  let isClosing = false
  destination.on('write', (written: number) => {
    bytes += written
    // Nothing is opened any more by a destination that ends.
    if (isClosing || bytes <= largestBytes) return
    bytes = 0
    try {
      renameSync(file, join(folder, 'pallet.1.log'))
      destination.reopen()
    } catch {
      // Held by another program: it grows on, and is tried again as much later.
    }
  })
  // A full disk must not take the runs down with the log.
  destination.on('error', () => {})
  const log = pino(
    {
      hooks: { streamWrite: withoutSecrets },
      redact: {
        paths: ['secret', 'key', 'token', 'connectionString', 'access', 'authorization'].flatMap(
          (name) => [name, `*.${name}`, `*.*.${name}`],
        ),
        censor: '[secret]',
      },
    },
    destination,
  )
  return {
    log,
    close: () =>
      new Promise((resolve) => {
        isClosing = true
        destination.once('close', resolve)
        destination.end()
      }),
  }
}

/**
 * For a host whose end flushes nothing (Electron): every line is on the disk at once, until the very end.
 * Silent where there can be no log; the core, which needs the same folder, says what is wrong with it.
 */
export function openLastingLog(folder: string): Logger {
  try {
    return openLog(folder, { sync: true }).log
  } catch {
    return pino({ level: 'silent' })
  }
}
