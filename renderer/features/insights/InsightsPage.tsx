import { Button } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Board, boards } from '../../../shared/domain/warehouse/insights.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { insightTablesQuery } from '../../core/queries.ts'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { BoardView } from './BoardView.tsx'
import { ColumnsForm } from './ColumnsForm.tsx'
import styles from './Insights.module.css'

const labels: Readonly<Record<Board, string>> = {
  sales: 'Sales',
  inventory: 'Inventory',
  customers: 'Customers',
  quality: 'Files',
}

/** Sales, stock and customers as pictures, counted by the built-in warehouse. */
export function InsightsPage({ board }: { board: Board }) {
  const tables = useQuery(insightTablesQuery(useClient()))
  const [isChoosing, setChoosing] = useState(false)
  const kept = tables.data
  const isOfTables = board !== 'quality'
  const hasNone = kept !== undefined && kept.sales === null && kept.stock === null
  return (
    <Page
      title="Insights"
      lead={
        isOfTables
          ? 'Counted now, from the rows that stand in the built-in warehouse: what was undone or corrected is not among them.'
          : 'How good the files were that came, and what was done with them.'
      }
      actions={
        kept !== undefined &&
        !(hasNone && isOfTables) &&
        !isChoosing && (
          <>
            {isOfTables && <Button onClick={() => setChoosing(true)}>Columns…</Button>}
            <Button onClick={() => window.print()}>Print</Button>
          </>
        )
      }
    >
      {tables.isError && <ProblemNotice problem={problemOf(tables.error)} />}
      {kept !== undefined && !isChoosing && (
        <nav aria-label="Dashboards">
          <ul className={styles.tabs}>
            {boards.map((one) => (
              <li key={one}>
                <a
                  href={hrefOf({ page: 'insights', board: one })}
                  aria-current={one === board ? 'page' : undefined}
                >
                  {labels[one]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      {kept !== undefined &&
        (isChoosing || (hasNone && isOfTables) ? (
          <ColumnsForm kept={kept} onDone={() => setChoosing(false)} canCancel={!hasNone} />
        ) : (
          <BoardView key={board} board={board} />
        ))}
    </Page>
  )
}
