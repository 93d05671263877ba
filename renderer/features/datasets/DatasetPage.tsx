import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { datasetFile, writeFileOf } from '../../../shared/domain/datasets/datasetFile.ts'
import { meaningSentence } from '../../../shared/domain/datasets/meaning.ts'
import { destinationSentence } from '../../../shared/domain/datasets/names.ts'
import { inWords } from '../../../shared/domain/files/reading.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery, runListsKey } from '../../core/queries.ts'
import { saveText } from '../../core/saveBytes.ts'
import { announce } from '../../ui/announce.tsx'
import { Ask } from '../../ui/Ask.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import { goTo } from '../../ui/useRoute.ts'
import { FetchedLists } from '../fetching/FetchedLists.tsx'
import { RulesForm } from '../rules/RulesForm.tsx'
import { TextDialog } from '../runs/TextDialog.tsx'
import { StepsForm } from '../steps/StepsForm.tsx'
import { ColumnsForm } from './ColumnsForm.tsx'
import { LastFiles } from './LastFiles.tsx'
import { OtherLabels } from './OtherLabels.tsx'
import { PersonalForm } from './PersonalForm.tsx'
import { ToldForm } from './ToldForm.tsx'
import { UsualRows } from './UsualRows.tsx'
import { Versions } from './Versions.tsx'
import styles from './DatasetsPage.module.css'

/** One dataset: what is known of it, to be looked at and changed, and the files that it has had. */
export function DatasetPage({ name }: { name: string }) {
  const datasets = useQuery(datasetsQuery(useClient()))
  const dataset = datasets.data?.find((one) => one.name === name)
  if (dataset !== undefined) return <Known dataset={dataset} />
  return (
    <Page title={name}>
      {datasets.isError && (
        <ProblemNotice
          problem={problemOf(datasets.error)}
          action={{ label: 'Try again', run: () => void datasets.refetch() }}
        />
      )}
      {datasets.isSuccess && (
        <EmptyState title="There is no dataset of this name">
          <p>
            It may have been renamed or forgotten.{' '}
            <a href={hrefOf({ page: 'datasets' })}>Datasets</a> lists those that there are.
          </p>
        </EmptyState>
      )}
    </Page>
  )
}

type Asking = 'copy' | 'rename' | 'forget'

function Known({ dataset }: { dataset: Dataset }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [asking, setAsking] = useState<Asking | null>(null)
  const returnFocus = useRestoreFocusTarget()
  const { name, contract, destination, reading } = dataset
  const changed = async (): Promise<void> => {
    await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    await queryClient.invalidateQueries({ queryKey: runListsKey })
  }
  const move = useMutation({
    mutationFn: ({ how, to }: { how: 'copy' | 'rename'; to: string }) =>
      how === 'copy' ? client.datasets.copy({ name, to }) : client.datasets.rename({ name, to }),
    onSuccess: async (_, { how, to }) => {
      announce(how === 'copy' ? `${to} is as ${name}.` : `${name} is called ${to} now.`)
      await changed()
      goTo({ page: 'dataset', name: to.trim() })
    },
  })
  const forget = useMutation({
    mutationFn: () => client.datasets.remove({ name }),
    onSuccess: async () => {
      announce(`Dataset ${name} forgotten.`)
      goTo({ page: 'datasets' })
      await changed()
    },
  })
  const warehouse = destination?.warehouse ?? null
  const failed = move.error ?? forget.error
  return (
    <Page
      title={name}
      lead={destination === null ? 'No file of it was sent yet.' : destinationSentence(destination)}
      actions={
        <>
          <Button onClick={() => goTo({ page: 'compare', name, version: null })}>
            Compare versions…
          </Button>
          <Button {...returnFocus} onClick={() => setAsking('copy')}>
            Duplicate…
          </Button>
          <Button {...returnFocus} onClick={() => setAsking('rename')}>
            Rename…
          </Button>
          <Button
            onClick={() => saveText(writeFileOf(datasetFile(dataset)), `${name}.dataset.json`)}
          >
            Export
          </Button>
          <Button
            {...returnFocus}
            aria-label={`Forget ${name}`}
            onClick={() => setAsking('forget')}
          >
            Forget…
          </Button>
        </>
      }
    >
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
      <dl className={styles.about}>
        <dt>How it is read</dt>
        <dd>{reading === null ? 'Detected anew in every file.' : inWords(reading)}</dd>
        {warehouse !== null && (
          <>
            <dt>What a file is</dt>
            <dd>{meaningSentence(warehouse.meaning)}</dd>
          </>
        )}
        <dt>Changed</dt>
        <dd title={formatFull(dataset.updatedAt)}>{formatWhen(dataset.updatedAt)}</dd>
      </dl>
      <LastFiles dataset={name} />
      <FetchedLists dataset={name} />
      <section className={styles.part} aria-label="What it is held to">
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
        {contract !== null && <PersonalForm dataset={dataset} columns={contract.columns} />}
        {contract !== null && <RulesForm name={name} contract={contract} />}
        {contract !== null && <UsualRows name={name} rows={contract.rows ?? {}} />}
        {destination !== null && <ToldForm name={name} place={destination} />}
        <OtherLabels dataset={dataset} />
        <Versions dataset={dataset} />
      </section>
      {(asking === 'copy' || asking === 'rename') && (
        <TextDialog
          title={asking === 'copy' ? `Duplicate “${name}”` : `Rename “${name}”`}
          hint={
            asking === 'copy'
              ? 'It is read, cleaned and judged alike; its files go into a table of its own.'
              : 'Its runs and versions go with it; its table stays as it is called.'
          }
          label="Name"
          yes={asking === 'copy' ? 'Duplicate' : 'Rename'}
          isRequired
          onYes={(to) => move.mutate({ how: asking, to })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'forget' && (
        <Ask
          title={`Forget dataset “${name}”?`}
          yes="Forget"
          no="Keep it"
          onYes={() => forget.mutate()}
          onClose={() => setAsking(null)}
        >
          Pallet learns it anew from the next file. Runs, blobs and tables stay as they are.
        </Ask>
      )}
    </Page>
  )
}
