import { Button } from '@fluentui/react-components'
import type { ReactNode } from 'react'
import type { LookFilter } from '../../../shared/domain/files/look.ts'
import { AsLastTime } from '../../ui/AsLastTime.tsx'
import styles from './DeskPane.module.css'
import type { Trouble } from './problems.ts'

/** What a person should look at, with the way to the rows and, in two clicks, to the step that mends them. */
export function ProblemList({
  at,
  known,
  onShow,
  onMend,
  children,
}: {
  at: readonly Trouble[]
  /** What was told of the file before in the same words. */
  known: readonly string[]
  /** null: the rows cannot be shown yet. */
  onShow: ((filter: LookFilter) => void) | null
  onMend: (target: HTMLElement, cell: NonNullable<Trouble['cell']>) => void
  /** What is asked and offered besides. */
  children: ReactNode
}) {
  return (
    <>
      {at.length > 0 && (
        <section aria-label="Please look">
          <h2 className={styles.heading}>Please look</h2>
          <ul className={styles.problems}>
            {at.map(({ sentence, filter, cell }) => (
              <li key={sentence}>
                <span>{sentence}</span>
                {(filter !== null || cell !== null) && (
                  <span className={styles.ways}>
                    {filter !== null && (
                      <Button
                        size="small"
                        disabledFocusable={onShow === null}
                        onClick={() => onShow?.(filter)}
                      >
                        Show the rows
                      </Button>
                    )}
                    {cell !== null && (
                      <Button
                        size="small"
                        aria-haspopup="menu"
                        onClick={({ currentTarget }) => onMend(currentTarget, cell)}
                      >
                        Mend …
                      </Button>
                    )}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {children}
      <AsLastTime at={known} />
    </>
  )
}
