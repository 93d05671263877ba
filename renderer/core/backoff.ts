/**
 * How long to wait before the next attempt to reach the core, in ms. The core is on this
 * computer: a restart takes a second or two, so the waits start short and end at 5 s.
 * @param attempt failed attempts so far, from 0
 */
export function backoffMs(attempt: number): number {
  return Math.min(5000, 250 * 2 ** Math.min(attempt, 5))
}
