/** The use cases, for the shells: they may know this room and not the ones behind it. */
export type { Core } from '../runs/core.ts'
