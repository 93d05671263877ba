import type { Core as UseCases } from '../runs/core.ts'

/** The use cases as a window may call them: their public face, so that a test can stand in for it. */
export type Core = Pick<UseCases, keyof UseCases>
