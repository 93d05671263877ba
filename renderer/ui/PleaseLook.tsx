import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import styles from './PleaseLook.module.css'

/** What Pallet is not sure of and a person should see; nothing while there is nothing. */
export function PleaseLook({ at }: { at: readonly string[] }) {
  if (at.length === 0) return null
  return (
    <MessageBar intent="warning" layout="multiline" className={styles.notice ?? ''}>
      <MessageBarBody>
        {at.length === 1 ? (
          <>
            <MessageBarTitle>Please look: </MessageBarTitle>
            {at[0]}
          </>
        ) : (
          // What scrolls must be reachable with the keyboard.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <section className={styles.scroll} tabIndex={0} aria-label="Please look">
            <MessageBarTitle>Please look: </MessageBarTitle>
            <ul className={styles.list}>
              {at.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </section>
        )}
      </MessageBarBody>
    </MessageBar>
  )
}
