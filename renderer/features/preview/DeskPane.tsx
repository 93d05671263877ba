import { CounterBadge } from '@fluentui/react-components'
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import styles from './DeskPane.module.css'

export type DeskTab = 'problems' | 'steps' | 'column'

const tabs: readonly { name: DeskTab; words: string }[] = [
  { name: 'problems', words: 'Problems' },
  { name: 'steps', words: 'Steps' },
  { name: 'column', words: 'Column' },
]

/**
 * Beside the table: what is wrong with it, what is done about it, and what one column holds. One at a time, in one place.
 * The tabs of the kit leave focusable, hidden elements at their ends.
 */
export function DeskPane({
  tab,
  counts,
  onTab,
  children,
}: {
  tab: DeskTab
  /** How much each tab holds; 0 and absent: nothing is said of it. */
  counts: Partial<Record<DeskTab, number>>
  onTab: (tab: DeskTab) => void
  /** What the chosen tab shows. */
  children: ReactNode
}) {
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const at = tabs.findIndex(({ name }) => name === tab)
    const next = tabs[(at + by + tabs.length) % tabs.length]
    if (next === undefined) return
    onTab(next.name)
    list.current?.querySelector<HTMLElement>(`#desk-${next.name}`)?.focus()
  }
  return (
    <section className={styles.pane} aria-label="Desk">
      <div
        ref={list}
        role="tablist"
        tabIndex={-1}
        aria-label="Desk"
        className={styles.tabs}
        onKeyDown={onKeyDown}
      >
        {tabs.map(({ name, words }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`desk-${name}`}
            aria-controls="desk-shown"
            aria-selected={tab === name}
            tabIndex={tab === name ? 0 : -1}
            className={styles.tab}
            onClick={() => onTab(name)}
          >
            {words}
            {(counts[name] ?? 0) > 0 && (
              <CounterBadge
                size="small"
                color="informative"
                count={counts[name] ?? 0}
                overflowCount={99}
              />
            )}
          </button>
        ))}
      </div>
      {/* What scrolls must be reachable with the keyboard. */}
      <div
        role="tabpanel"
        id="desk-shown"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-labelledby={`desk-${tab}`}
        className={styles.body}
        data-tab={tab}
      >
        {children}
      </div>
    </section>
  )
}
