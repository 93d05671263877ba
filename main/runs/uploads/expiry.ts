import { type UploadLimit, msToSend } from '../../../shared/domain/limit.ts'
import { formatBytes, formatDuration } from '../../../shared/domain/sizes.ts'
import type { SasValidity } from '../ports/accounts.ts'

/** Supposed of a line that nothing was sent over yet: 2 Mbit/s. */
export const supposedBytesPerSecond = 256 * 1024

export interface Errand {
  connection: string
  /** Still to be sent. */
  bytes: number
  /** As last measured on the way to this connection; null: never. */
  bytesPerSecond: number | null
  limit: UploadLimit
  at: Date
}

/**
 * What to say before a SAS is used that will probably end before the upload does; null when it lasts, or
 * has ended already, which the upload itself refuses.
 */
export function expiryWarning({ expiresAtMs }: SasValidity, errand: Errand): string | null {
  const { bytes, at } = errand
  const nowMs = at.getTime()
  if (expiresAtMs === null || expiresAtMs <= nowMs) return null
  const rate = errand.bytesPerSecond ?? supposedBytesPerSecond
  const neededMs = msToSend(errand.limit, { bytes, bytesPerSecond: rate, at })
  if (nowMs + neededMs <= expiresAtMs) return null
  const end = new Date(expiresAtMs).toISOString().slice(0, 16).replace('T', ' ')
  const basis =
    errand.bytesPerSecond === null
      ? `if the line carries ${formatBytes(rate)}/s`
      : `at the ${formatBytes(rate)}/s that were last measured`
  return (
    `The SAS of the connection ${errand.connection} ends in ${formatDuration(expiresAtMs - nowMs)} (${end} UTC), ` +
    `but sending ${formatBytes(bytes)} takes about ${formatDuration(neededMs)} ${basis}. ` +
    'What arrives before then is kept; with a new SAS the upload goes on from there.'
  )
}
