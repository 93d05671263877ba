import { Button } from '@fluentui/react-components'
import { ArrowDownload20Regular } from '@fluentui/react-icons/svg/arrow-download'
import { ChevronLeft20Regular } from '@fluentui/react-icons/svg/chevron-left'
import { ChevronRight20Regular } from '@fluentui/react-icons/svg/chevron-right'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Run } from '../../../shared/domain/run.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { rejectsQuery } from '../../core/queries.ts'
import { saveBytes } from '../../core/saveBytes.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './HeldBack.module.css'

const pageRows = 50

/** The rows a run held back: where they stand in the file, what they say, and why they did not pass. */
export function HeldBack({ run }: { run: Run }) {
  const client = useClient()
  const [offset, setOffset] = useState(0)
  const held = useQuery({
    ...rejectsQuery(client, run.id, { offset, limit: pageRows }),
    placeholderData: keepPreviousData,
  })
  const save = useMutation({
    mutationFn: () =>
      saveBytes(`/rejects/${encodeURIComponent(run.id)}.csv`, `held-back-${run.id}.csv`),
  })
  const total = held.data?.found ?? run.rows.quarantined ?? 0
  const rows = held.data?.rows ?? []
  return (
    <div className={styles.held}>
      <div className={styles.bar}>
        <h2 className={styles.heading}>Held-back rows</h2>
        <span className={styles.range}>
          {rows.length > 0 &&
            `${formatCount(offset + 1)}–${formatCount(offset + rows.length)} of ${formatCount(total)}`}
        </span>
        {total > pageRows && (
          <>
            <Button
              size="small"
              icon={<ChevronLeft20Regular />}
              aria-label="Previous held-back rows"
              disabledFocusable={offset === 0}
              onClick={() => setOffset(Math.max(0, offset - pageRows))}
            />
            <Button
              size="small"
              icon={<ChevronRight20Regular />}
              aria-label="Next held-back rows"
              disabledFocusable={offset + pageRows >= total}
              onClick={() => setOffset(offset + pageRows)}
            />
          </>
        )}
        <Button
          size="small"
          icon={<ArrowDownload20Regular />}
          disabledFocusable={save.isPending}
          onClick={() => save.mutate()}
        >
          Save as CSV
        </Button>
      </div>
      {save.isError && (
        <ProblemNotice
          problem={problemOf(save.error)}
          action={{ label: 'Try again', run: () => save.mutate() }}
        />
      )}
      {held.isError && (
        <ProblemNotice
          problem={problemOf(held.error)}
          action={{ label: 'Try again', run: () => void held.refetch() }}
        />
      )}
      <section
        className={styles.frame}
        aria-label="Held-back rows"
        // A region that scrolls must be reachable by keyboard (WCAG 2.1.1).
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col" className={styles.number}>
                Line
              </th>
              <th scope="col">Why</th>
              <th scope="col">Row as it stands in the file</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.record}>
                <th scope="row" className={styles.number}>
                  {formatCount(row.line)}
                </th>
                <td className={styles.why}>
                  {row.reasons.map((reason) => (
                    <div key={`${reason.code} ${reason.column} ${reason.message}`}>
                      {reason.message}
                    </div>
                  ))}
                </td>
                <td className={styles.raw}>
                  <code>{row.raw}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
