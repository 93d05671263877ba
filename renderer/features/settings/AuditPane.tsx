import { Button } from '@fluentui/react-components'
import { useMutation, useQuery } from '@tanstack/react-query'
import { auditText, auditVerdict } from '../../../shared/domain/audit.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { auditQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { formatFull } from '../../ui/times.ts'
import { Fold, FoldLines } from './Fold.tsx'
import formStyles from './LimitForm.module.css'
import styles from './LogPane.module.css'

/** What people have done through this Pallet, and whether somebody has changed what is written of it. */
export function AuditPane() {
  return <Fold title="Who did what">{(open) => <Audit wanted={open} />}</Fold>
}

function Audit({ wanted }: { wanted: boolean }) {
  const client = useClient()
  const entries = useQuery({ ...auditQuery(client), enabled: wanted })
  const verified = useMutation({ mutationFn: () => client.audit.verify({}) })
  const problem = entries.error ?? verified.error
  return (
    <div className={formStyles.form}>
      <p className={formStyles.about}>
        What people have done through this Pallet, newest first; at most the last 200. Every entry
        has a hash over itself and the one before, so that none can be changed or taken out alone.
      </p>
      <div className={styles.tools}>
        <Button onClick={() => verified.mutate()}>Verify all entries</Button>
        <Button onClick={() => void entries.refetch()}>Read again</Button>
      </div>
      <output>
        {verified.data !== undefined && (
          <p className={formStyles.about}>
            {auditVerdict(verified.data)}
            {verified.data.broken === null && verified.data.last !== null && (
              <>
                {' '}
                Whoever owns the file could write all of them anew: note this down elsewhere, and
                “pallet audit verify --mark” compares.{' '}
                <code>{`${verified.data.last.number}:${verified.data.last.hash}`}</code>
              </>
            )}
          </p>
        )}
      </output>
      {problem !== null && <ProblemNotice problem={problemOf(problem)} />}
      {entries.data?.length === 0 && <p className={formStyles.about}>Nothing yet.</p>}
      {entries.data !== undefined && entries.data.length > 0 && (
        <FoldLines label="What was done">
          {entries.data.map((entry) => (
            <li key={entry.number}>
              {[formatFull(entry.at), entry.who, auditText(entry)]
                .filter((part) => part !== '')
                .join('  ')}
            </li>
          ))}
        </FoldLines>
      )}
    </div>
  )
}
