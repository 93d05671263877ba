import { type ReactNode, useState } from 'react'
import styles from './Fold.module.css'

/** Something that is looked at now and then, below the other settings. `opened`: it is to be seen at once. */
export function Fold({
  title,
  opened = false,
  children,
}: {
  title: string
  opened?: boolean
  children: (open: boolean) => ReactNode
}) {
  const [open, setOpen] = useState(opened)
  return (
    <details
      className={styles.fold}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary ref={opened ? focusOn : null}>{title}</summary>
      {children(open)}
    </details>
  )
}

function focusOn(element: HTMLElement | null): void {
  element?.focus()
}

/** Its lines, which scroll by themselves. */
export function FoldLines({ label, children }: { label: string; children: ReactNode }) {
  return (
    // What scrolls must be reachable with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.scroll} tabIndex={0} aria-label={label}>
      <ol className={styles.lines}>{children}</ol>
    </section>
  )
}
