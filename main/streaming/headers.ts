/** What messages say of themselves that Pallet has written. */

/** Which run has published it, and which row of it this is, counted from 1. */
export const runHeader = 'run'
export const rowHeader = 'row'
/** Of one that was sent again: how often, and where it lay first, as `PARTITION:OFFSET`. */
export const attemptHeader = 'redrive-attempt'
export const firstHeader = 'redrive-of'
