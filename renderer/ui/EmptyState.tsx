import type { ReactNode } from 'react'
import styles from './EmptyState.module.css'

/** What stands where nothing is: a heading, a sentence, and the way on. */
export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {children}
    </div>
  )
}
