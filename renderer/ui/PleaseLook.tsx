import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import styles from './PleaseLook.module.css'

/** What Pallet is not sure of and a person should see; nothing while there is nothing. */
export function PleaseLook({ at }: { at: readonly string[] }) {
  if (at.length === 0) return null
  return (
    <MessageBar intent="warning" layout="multiline" className={styles.notice ?? ''}>
      <MessageBarBody>
        <strong>Please look: </strong>
        {at.length === 1 ? (
          at[0]
        ) : (
          <ul className={styles.list}>
            {at.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
      </MessageBarBody>
    </MessageBar>
  )
}
