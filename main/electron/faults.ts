/** Errors in the main process that nobody caught: never silent, and never Electron's bare stack. */
import type { Dialog } from 'electron'
import type { Logger } from 'pino'

const advice =
  'Runs go on by themselves, at the latest when Pallet is started again; nothing is lost and nothing is sent twice. If it happens again, send the log file to whoever looks after Pallet (Help, Open the log folder).'

/**
 * An exception leaves the process in a state nobody knows: it is logged, said, and Pallet quits in
 * good order. A promise that nobody waited for is logged and said once, and Pallet goes on.
 */
export function tellFaults(
  from: Pick<NodeJS.Process, 'on'>,
  parts: { log: Logger; showError: Dialog['showErrorBox']; quit: () => void },
): void {
  let ending = false
  let told = false
  from.on('uncaughtException', (error) => {
    parts.log.fatal({ err: error }, 'an error nobody caught')
    if (ending) return
    ending = true
    parts.showError('Pallet has to close', `Pallet met an error it does not know. ${advice}`)
    parts.quit()
  })
  from.on('unhandledRejection', (reason) => {
    parts.log.error({ err: reason }, 'a rejection nobody caught')
    if (ending || told) return
    told = true
    parts.showError('Something went wrong', `Pallet met an error it does not know. ${advice}`)
  })
}
