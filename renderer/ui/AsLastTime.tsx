import { asLastTime } from '../../shared/domain/runs/run.ts'
import styles from './AsLastTime.module.css'

/** What was told of the file before in the same words, folded; nothing while there is nothing. */
export function AsLastTime({ at }: { at: readonly string[] }) {
  if (at.length === 0) return null
  return (
    <details className={styles.known}>
      <summary>{asLastTime(at.length)}</summary>
      <ul className={styles.list}>
        {at.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </details>
  )
}
