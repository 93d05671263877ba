import type { Stream } from '../../../shared/domain/streams/stream.ts'
import { formatCount, formatDuration } from '../../../shared/domain/sizes.ts'

/** Unknown is not 0. */
export const countWords = (count: number | null): string =>
  count === null ? 'unknown' : formatCount(count)

export const spanWords = (seconds: number | null): string =>
  seconds === null ? 'unknown' : seconds === 0 ? '–' : formatDuration(seconds * 1000)

export function stateWord(stream: Stream | undefined): string {
  if (stream === undefined) return ''
  if (stream.isStopped) return 'stopped'
  return stream.trouble === null ? 'landing' : 'stands still'
}
