import { Button, Field, Select, Textarea } from '@fluentui/react-components'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { sandboxName } from '../../../shared/domain/connection.ts'
import { csvOf } from '../../../shared/domain/files/csvText.ts'
import { isRunColumn } from '../../../shared/domain/warehouse/origin.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import { useCommands } from '../../core/commands.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { connectionsQuery } from '../../core/queries.ts'
import { saveText } from '../../core/saveBytes.ts'
import { announce } from '../../ui/announce.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { asked, remember } from './asked.ts'
import { RowOrigin } from './RowOrigin.tsx'
import { SavedQueries } from './SavedQueries.tsx'
import { TableList } from './TableList.tsx'
import tables from '../../ui/tables.module.css'
import styles from './QueryPage.module.css'

/** What the screen shows; the command line answers with as many as the core gives. */
const mostRows = 1000

/** What stands in a warehouse, and one statement that only reads, asked of it; `asked`: it came with the link. */
export function QueryPage({ asked: given }: { asked: string | null }) {
  const client = useClient()
  const history = useSyncExternalStore(asked.subscribe, asked.get)
  const connections = useQuery(connectionsQuery(client)).data ?? []
  const warehouses = connections.filter(
    ({ settings }) => kindNamed(settings.kind)?.system.canBe.includes('warehouse') === true,
  )
  const [sql, setSql] = useState(given ?? history[0]?.sql ?? '')
  const [connection, setConnection] = useState(sandboxName)
  /** Of the answer, of which is asked where it comes from; from 0. */
  const [row, setRow] = useState<number | null>(null)
  const [stop, setStop] = useState<AbortController | null>(null)
  const query = useMutation({
    mutationFn: async (statement: string) => {
      const asking = new AbortController()
      setStop(asking)
      setRow(null)
      const answer = await client.warehouse.query(
        { sql: statement, limit: mostRows, connection },
        { signal: asking.signal },
      )
      return { answer, statement }
    },
    onSuccess: ({ answer, statement }) => {
      remember(statement)
      announce(`${plural(answer.rows.length, 'row')}.`)
    },
    onSettled: () => setStop(null),
  })
  // A link that brings a statement asks it.
  const { mutate } = query
  useEffect(() => {
    if (given !== null) mutate(given)
  }, [given, mutate])
  const statement = sql.trim()
  const canAsk = statement !== '' && !query.isPending
  const ask = (): void => {
    if (canAsk) query.mutate(statement)
  }
  const lookAt = (select: string): void => {
    setSql(select)
    query.mutate(select)
  }
  useCommands(
    canAsk ? [{ title: 'Ask the warehouse', keys: { with: 'ctrl', key: 'Enter' }, run: ask }] : [],
  )
  const answer = query.data?.answer
  const hasRuns = answer?.columns.some(isRunColumn) === true
  return (
    <Page
      title="Query"
      lead="What stands in the warehouse, and one statement in SQL that only reads. A run that needs the warehouse goes first and ends it."
    >
      <div className={styles.sides}>
        <aside className={styles.side} aria-label="Warehouse">
          {warehouses.length > 1 && (
            <Select
              aria-label="Which warehouse"
              value={connection}
              onChange={(_, { value }) => setConnection(value)}
            >
              {warehouses.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </Select>
          )}
          <TableList connection={connection} canAsk={!query.isPending} onLook={lookAt} />
          <SavedQueries
            statement={statement}
            connection={connection}
            onChoose={(saved) => {
              setConnection(saved.connection)
              setSql(saved.sql)
            }}
          />
        </aside>
        <div className={styles.asking}>
          <form
            className={styles.form}
            onSubmit={(event) => {
              event.preventDefault()
              ask()
            }}
          >
            <Field label="Statement" hint="Ctrl+Enter asks.">
              <Textarea
                value={sql}
                rows={5}
                resize="vertical"
                spellCheck={false}
                placeholder="SELECT count(*) FROM sales"
                textarea={{ className: styles.statement ?? '' }}
                onChange={(_, { value }) => setSql(value)}
              />
            </Field>
            <div className={styles.row}>
              <Button appearance="primary" type="submit" disabledFocusable={!canAsk}>
                {query.isPending ? 'Asking…' : 'Ask'}
              </Button>
              {stop !== null && <Button onClick={() => stop.abort()}>Stop</Button>}
              {history.length > 0 && (
                <Select
                  aria-label="Asked before"
                  value=""
                  onChange={(_, { value }) => {
                    const before = history[Number(value)]
                    if (value !== '' && before !== undefined) setSql(before.sql)
                  }}
                >
                  <option value="">Asked before …</option>
                  {history.map(({ sql: before }, index) => (
                    <option key={before} value={index}>
                      {before.replace(/\s+/g, ' ').slice(0, 100)}
                    </option>
                  ))}
                </Select>
              )}
            </div>
          </form>
          {query.isError && <ProblemNotice problem={problemOf(query.error)} />}
          {answer !== undefined && (
            <>
              <div className={styles.row}>
                <span data-testid="answered">
                  {answer.truncated
                    ? `The first ${formatCount(answer.rows.length)} rows; there are more.`
                    : plural(answer.rows.length, 'row')}
                </span>
                <Button
                  size="small"
                  onClick={() => saveText(csvOf(answer.columns, answer.rows), 'query.csv')}
                >
                  Export as CSV
                </Button>
              </div>
              <RowOrigin answer={answer} row={row} onClose={() => setRow(null)} />
              {/* What scrolls must be reachable with the keyboard. */}
              {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
              <section className={tables.cells} tabIndex={0} aria-label="Answer">
                <table aria-label="Rows of the answer">
                  <thead>
                    <tr>
                      {hasRuns && <th scope="col">Row</th>}
                      {answer.columns.map((name, index) => (
                        // Two columns may have one name, and never move.
                        // oxlint-disable-next-line react/no-array-index-key
                        <th key={index} scope="col">
                          {name}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {answer.rows.map((cells, nth) => (
                      // oxlint-disable-next-line react/no-array-index-key
                      <tr key={nth}>
                        {hasRuns && (
                          <td>
                            <Button
                              size="small"
                              appearance="transparent"
                              aria-label={`Where from, row ${nth + 1}`}
                              onClick={() => setRow(nth)}
                            >
                              Where from
                            </Button>
                          </td>
                        )}
                        {cells.map((cell, index) => (
                          // oxlint-disable-next-line react/no-array-index-key
                          <td key={index} className={cell === null ? styles.nothing : undefined}>
                            {isRunColumn(answer.columns[index]) && cell !== null ? (
                              <a href={hrefOf({ page: 'run', runId: cell })}>{cell}</a>
                            ) : (
                              (cell ?? 'empty')
                            )}
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
            </>
          )}
        </div>
      </div>
    </Page>
  )
}
