/**
 * Whether a wait that began at a time is over; both of the clock of this computer (Unix, milliseconds). A clock that was set back since says nothing of
 * how long it was: then it is over, for to look once more costs less than to wait for days.
 */
export const isOver = (sinceMs: number, waitMs: number, nowMs: number): boolean =>
  nowMs < sinceMs || nowMs - sinceMs >= waitMs

/** What is left of a wait until a time, which was never meant to be longer than `longestMs`. */
export const leftOf = (until: string, longestMs: number, nowMs: number): number =>
  Math.min(Math.max(0, Date.parse(until) - nowMs), longestMs)
