import { useSyncExternalStore } from 'react'
import { createStore } from '../core/store.ts'
import styles from './announce.module.css'

const spoken = createStore('')
/** Progress may speak at most this often; a change of state speaks at once. */
const restMs = 8000
let lastProgressAt = -Infinity

/** Says a sentence to screen readers, politely. */
export function announce(text: string): void {
  spoken.set(text)
}

/** Says how far something is, unless it was said a moment ago. */
export function announceProgress(text: string, nowMs = performance.now()): void {
  if (nowMs - lastProgressAt < restMs) return
  lastProgressAt = nowMs
  spoken.set(text)
}

/** The one live region of the window. It must exist before something is said in it. */
export function LiveRegion() {
  const text = useSyncExternalStore(spoken.subscribe, spoken.get)
  return (
    <output className={styles.hidden} aria-live="polite">
      {text}
    </output>
  )
}
