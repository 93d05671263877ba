import { CheckmarkCircle16Filled } from '@fluentui/react-icons/svg/checkmark-circle'
import { Warning16Filled } from '@fluentui/react-icons/svg/warning'
import type { ConnectionTest } from '../../../shared/domain/connection.ts'
import styles from './TestResult.module.css'

const shownPlaces = 20

/** What a test of a connection came to, and what can be chosen there. */
export function TestResult({
  of,
  test: { ok, message, places },
}: {
  of: string
  test: ConnectionTest
}) {
  return (
    <>
      <p className={styles.sentence}>
        {ok ? (
          <CheckmarkCircle16Filled className={styles.good ?? ''} aria-hidden />
        ) : (
          <Warning16Filled className={styles.bad ?? ''} aria-hidden />
        )}
        <span>{message}</span>
      </p>
      {places !== null && places.names.length > 0 && (
        <ul className={styles.places} aria-label={`${places.label} of ${of}`}>
          {places.names.slice(0, shownPlaces).map((place) => (
            <li key={place}>{place}</li>
          ))}
          {places.names.length > shownPlaces && (
            <li>and {places.names.length - shownPlaces} more</li>
          )}
        </ul>
      )}
    </>
  )
}
