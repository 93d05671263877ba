import { useEffect, useRef, useState, type ReactNode } from 'react'
import styles from './Page.module.css'

let opened = 0

/** A page's frame: its heading takes the focus when the page is gone to, so that a screen reader starts there. */
export function Page({
  title,
  lead = '',
  actions,
  fill = false,
  focusElsewhere = false,
  children,
}: {
  title: string
  lead?: string
  actions?: ReactNode
  /** The page has the window's height and its parts scroll by themselves. */
  fill?: boolean
  /** A dialog over it, or the part that was gone to, takes the focus; of two that take it the last has it. */
  focusElsewhere?: boolean
  children: ReactNode
}) {
  // As it was when the page was gone to: a dialog may close while the page stays.
  const [takesFocus] = useState(!focusElsewhere)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // The very first page leaves the focus where the browser puts it.
    if (opened > 0 && takesFocus) heading.current?.focus()
    opened += 1
  }, [takesFocus])
  useEffect(() => {
    document.title = `${title} – Pallet`
  }, [title])
  return (
    <div className={fill ? styles.fill : styles.page}>
      <header className={styles.header}>
        <div className={styles.titles}>
          <h1 ref={heading} tabIndex={-1} className={styles.title}>
            {title}
          </h1>
          {lead !== '' && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}
