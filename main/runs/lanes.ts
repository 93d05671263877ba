import type { StepName } from '../../shared/domain/runs/run.ts'

/**
 * Kinds of work that one run at a time does: the disk, the engine's memory, the line. So the upload of one
 * run and the cleaning of another go on side by side, and memory stays bounded. To ask is no work.
 */
export const laneOf = {
  fetch: 'disk',
  read: 'disk',
  clean: 'engine',
  upload: 'line',
  load: 'engine',
  trigger: null,
} as const satisfies Record<StepName, string | null>
export type Lane = (typeof laneOf)[StepName]
