import { Button } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Fragment } from 'react'
import { type Contents, fateOf } from '../../../shared/domain/warehouse/contents.ts'
import { rowsTaken } from '../../../shared/domain/runs/delivery.ts'
import { rowsOverTime } from '../../../shared/domain/warehouse/rowsOverTime.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { contentsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatDated, formatFull } from '../../ui/times.ts'
import styles from './TableList.module.css'

/** Of one table; `pallet ledger` lists more. */
const mostDeliveries = 20

/** The tables of a warehouse, each with what came into it and the run that brought it. */
export function TableList({
  connection,
  canAsk,
  onLook,
}: {
  connection: string
  canAsk: boolean
  /** Asks a statement. */
  onLook: (sql: string) => void
}) {
  const contents = useQuery(contentsQuery(useClient(), connection))
  const tables = contents.data?.tables ?? []
  return (
    <section className={styles.tables} aria-label="Tables" aria-busy={contents.isPending}>
      {contents.isPending && <p className={styles.quiet}>Asking for its tables …</p>}
      {contents.isError && (
        <>
          <ProblemNotice problem={problemOf(contents.error)} />
          <Button size="small" onClick={() => void contents.refetch()}>
            Ask again
          </Button>
        </>
      )}
      {contents.data !== undefined && tables.length === 0 && (
        <p className={styles.quiet}>
          There are no tables yet. A file that is sent brings the first;{' '}
          <a href={hrefOf({ page: 'send' })}>Send</a> takes it.
        </p>
      )}
      {contents.data !== undefined &&
        tables.map((one) => (
          <TableEntry
            key={one.table}
            of={one}
            ledger={contents.data.ledger}
            isWhole={!contents.data.more}
            canAsk={canAsk}
            onLook={onLook}
          />
        ))}
    </section>
  )
}

function TableEntry({
  of: { table, named, rows, deliveries, last },
  ledger,
  isWhole,
  canAsk,
  onLook,
}: {
  of: Contents['tables'][number]
  ledger: Contents['ledger']
  /** Whether it has all deliveries. */
  isWhole: boolean
  canAsk: boolean
  onLook: (sql: string) => void
}) {
  const own = ledger.filter((one) => one.table === table)
  const times = rowsOverTime(own, rows, isWhole)
  const most = Math.max(1, ...times.map((time) => time.rows ?? 0))
  return (
    <details className={styles.table}>
      <summary>
        <span className={styles.name}>{table}</span>
        <span className={styles.quiet}>
          {rows === null ? 'not brought by Pallet' : plural(rows, 'row')}
          {last !== null && `, ${formatDated(last.loadedAt)}`}
        </span>
      </summary>
      <Button
        size="small"
        aria-label={`Show rows of ${table}`}
        disabledFocusable={!canAsk}
        onClick={() => onLook(`SELECT * FROM ${named} LIMIT 100`)}
      >
        Show rows
      </Button>
      {own.length > 0 && (
        <ol className={styles.ledger} aria-label={`Deliveries into ${table}, newest first`}>
          {own.slice(0, mostDeliveries).map((one) => (
            <li key={one.runId} data-undone={one.undoneAt !== null}>
              <a href={hrefOf({ page: 'run', runId: one.runId })} title={one.runId}>
                <time dateTime={one.loadedAt} title={formatFull(one.loadedAt)}>
                  {formatDated(one.loadedAt)}
                </time>
              </a>{' '}
              {plural(one.rows, 'row')} of {one.dataset}
              {rowsTaken(one) > 0 && `, ${plural(rowsTaken(one), 'row')} went out`}
              {fateOf(one) !== '' && ` (${fateOf(one)})`}
              {times
                .filter(({ runId }) => runId === one.runId)
                .map(({ undone, rows: then }) => (
                  <Fragment key={String(undone)}>
                    <span className={styles.then}>
                      {then === null
                        ? `Rows ${undone ? 'after that' : 'then'}: unknown`
                        : `${plural(then, 'row')} ${undone ? 'after that' : 'then'}`}
                    </span>
                    {then !== null && (
                      <span
                        className={styles.bar}
                        style={{ inlineSize: `${(100 * then) / most}%` }}
                        aria-hidden
                      />
                    )}
                  </Fragment>
                ))}
            </li>
          ))}
        </ol>
      )}
      {own.length > mostDeliveries && (
        <p className={styles.quiet}>
          The newest {mostDeliveries} of {plural(deliveries, 'delivery', 'deliveries')}.
        </p>
      )}
    </details>
  )
}
