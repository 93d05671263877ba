import { useQuery } from '@tanstack/react-query'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { meaningShort } from '../../../shared/domain/datasets/meaning.ts'
import { destinationSentence } from '../../../shared/domain/datasets/names.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { datasetsQuery, runCountQuery, runsQuery } from '../../core/queries.ts'
import { problemOf } from '../../core/problem.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import { RunStateMark } from '../runs/StateMark.tsx'
import { ImportButton } from './ImportButton.tsx'
import tables from '../../ui/tables.module.css'
import styles from './DatasetsPage.module.css'

/** Every kind of export that Pallet knows; each has a page of its own. */
export function DatasetsPage() {
  const datasets = useQuery(datasetsQuery(useClient()))
  return (
    <Page
      title="Datasets"
      lead="What Pallet remembers of each kind of export: how it is read, its columns, and where it goes."
      actions={<ImportButton />}
    >
      {datasets.isError && (
        <ProblemNotice
          problem={problemOf(datasets.error)}
          action={{ label: 'Try again', run: () => void datasets.refetch() }}
        />
      )}
      {datasets.data?.length === 0 && (
        <EmptyState title="No dataset yet">
          <p>The first file you send of a kind makes its dataset. The next one needs no choices.</p>
        </EmptyState>
      )}
      {datasets.data !== undefined && datasets.data.length > 0 && (
        <table className={`${tables.rows} ${styles.all}`} aria-label="Datasets">
          <thead>
            <tr>
              <th scope="col">Dataset</th>
              <th scope="col">Where it goes</th>
              <th scope="col">A file is</th>
              <th scope="col" className={tables.number}>
                Columns
              </th>
              <th scope="col" className={tables.number}>
                Files
              </th>
              <th scope="col">The last one</th>
              <th scope="col">Changed</th>
            </tr>
          </thead>
          <tbody>
            {datasets.data.map((dataset) => (
              <DatasetRow key={dataset.name} dataset={dataset} />
            ))}
          </tbody>
        </table>
      )}
    </Page>
  )
}

function DatasetRow({ dataset }: { dataset: Dataset }) {
  const client = useClient()
  const { name, contract, destination, updatedAt } = dataset
  const count = useQuery(runCountQuery(client, { dataset: name }))
  const last = useQuery(runsQuery(client, { dataset: name, limit: 1 })).data?.[0]
  const warehouse = destination?.warehouse ?? null
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf({ page: 'dataset', name })}>{name}</a>
      </th>
      <td>{destination === null ? '' : destinationSentence(destination)}</td>
      <td>{warehouse === null ? '' : meaningShort(warehouse.meaning)}</td>
      <td className={tables.number}>
        {contract === null ? 'not yet known' : formatCount(contract.columns.length)}
      </td>
      <td className={tables.number}>{count.data === undefined ? '' : formatCount(count.data)}</td>
      <td>{last !== undefined && <RunStateMark run={last} />}</td>
      <td title={formatFull(updatedAt)}>{formatWhen(updatedAt)}</td>
    </tr>
  )
}
