import type { Control } from './ports/control.ts'

/** The control of work whose progress nobody follows, and that has nothing to ask. */
export function quiet(signal: AbortSignal): Control<never> {
  return {
    signal,
    report: () => {},
    ask: () => Promise.reject(new Error('Nothing to ask.')),
  }
}
