import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Dataset } from '../../../shared/domain/dataset.ts'
import { announce } from '../../ui/announce.tsx'
import { destinationSentence } from '../../../shared/domain/names.ts'
import { useClient } from '../../core/core.tsx'
import { datasetsQuery } from '../../core/queries.ts'
import { problemOf } from '../../core/problem.ts'
import { Ask } from '../../ui/Ask.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { formatFull, formatWhen } from '../../ui/times.ts'
import { RulesForm } from '../rules/RulesForm.tsx'
import { StepsForm } from '../steps/StepsForm.tsx'
import { ColumnsForm } from './ColumnsForm.tsx'
import { LastFiles } from './LastFiles.tsx'
import { Versions } from './Versions.tsx'
import { UsualRows } from './UsualRows.tsx'
import styles from './DatasetsPage.module.css'

/** What Pallet has learnt about each kind of export, to be looked at and forgotten. */
export function DatasetsPage() {
  const datasets = useQuery(datasetsQuery(useClient()))
  return (
    <Page
      title="Datasets"
      lead="What Pallet remembers of each kind of export: how it is read, its columns, and where it goes."
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
      <ul className={styles.list} aria-label="Datasets">
        {datasets.data?.map((dataset) => (
          <DatasetCard key={dataset.name} dataset={dataset} />
        ))}
      </ul>
    </Page>
  )
}

function DatasetCard({ dataset }: { dataset: Dataset }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [asking, setAsking] = useState(false)
  const returnFocus = useRestoreFocusTarget()
  const { name, contract, destination } = dataset
  const remove = useMutation({
    mutationFn: () => client.datasets.remove({ name }),
    onSuccess: async () => {
      announce(`Dataset ${name} forgotten.`)
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    },
  })
  return (
    <li className={styles.card} aria-label={name}>
      <div className={styles.row}>
        <div className={styles.words}>
          <h2 className={styles.name}>{name}</h2>
          <p className={styles.facts}>
            {destination !== null && <span>{destinationSentence(destination)}</span>}
            <span title={formatFull(dataset.updatedAt)}>
              Changed {formatWhen(dataset.updatedAt)}
            </span>
          </p>
        </div>
        <Button {...returnFocus} aria-label={`Forget ${name}`} onClick={() => setAsking(true)}>
          Forget
        </Button>
      </div>
      <StepsForm
        name={name}
        updatedAt={dataset.updatedAt}
        recipe={dataset.recipe}
        labels={contract?.columns.map(({ label }) => label) ?? []}
      />
      {contract !== null && (
        <ColumnsForm
          name={name}
          columns={contract.columns}
          warehouse={destination?.warehouse ?? null}
        />
      )}
      {contract !== null && <RulesForm name={name} contract={contract} />}
      {contract !== null && <UsualRows name={name} rows={contract.rows ?? {}} />}
      <Versions dataset={dataset} />
      <LastFiles dataset={name} />
      {remove.isError && <ProblemNotice problem={problemOf(remove.error)} />}
      {asking && (
        <Ask
          title={`Forget dataset “${name}”?`}
          yes="Forget"
          no="Keep it"
          onYes={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          Pallet learns it anew from the next file. Runs, blobs and tables stay as they are.
        </Ask>
      )}
    </li>
  )
}
