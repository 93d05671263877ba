import styles from './ViewChoice.module.css'
import type { View } from './shown.ts'

const views: readonly { view: View; words: string; title: string }[] = [
  { view: 'before', words: 'Before', title: 'The rows as they are before the steps' },
  { view: 'after', words: 'After', title: 'The rows as the steps leave them' },
  {
    view: 'both',
    words: 'Both',
    title: 'What stood in each changed cell beside what stands there',
  },
]

/** Whether the rows are shown before the steps, after them, or both at once. */
export function ViewChoice({
  view,
  ready,
  onView,
}: {
  view: View
  /** Whether the whole file is here for the steps to be worked. */
  ready: boolean
  onView: (view: View) => void
}) {
  return (
    <fieldset className={styles.choice} aria-label="Rows">
      {views.map(({ view: one, words, title }) => (
        <label key={one} className={styles.one} title={title}>
          <input
            type="radio"
            name="view-of-rows"
            checked={view === one}
            disabled={!ready && one !== 'before'}
            onChange={() => onView(one)}
          />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  )
}
