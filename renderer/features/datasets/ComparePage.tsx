import { Button, Field, Select } from '@fluentui/react-components'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { Run } from '../../../shared/domain/runs/run.ts'
import type { DatasetVersion } from '../../../shared/domain/datasets/version.ts'
import { type ChosenFile, ChosenFiles } from '../../core/chosenFiles.ts'
import { useClient, useCore } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery, runsQuery, versionsQuery } from '../../core/queries.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatWhen } from '../../ui/times.ts'
import { type Asked, ComparedRows } from './ComparedRows.tsx'
import styles from './ComparePage.module.css'

/** So many of its newest files are offered. */
const offeredRuns = 20

/** One file under two versions of a dataset: which rows one of them makes otherwise. */
export function ComparePage({ name, version }: { name: string; version: number | null }) {
  const client = useClient()
  const datasets = useQuery(datasetsQuery(client))
  const dataset = datasets.data?.find((one) => one.name === name) ?? null
  const versions = useQuery({
    ...versionsQuery(client, dataset ?? { name, updatedAt: '' }),
    enabled: dataset !== null,
  })
  const failed = datasets.error ?? versions.error
  return (
    <Page
      title={`Compare versions of ${name}`}
      lead="One file, read and cleaned under two versions. Nothing of it is sent."
      actions={
        <a className={styles.back} href={hrefOf({ page: 'dataset', name })}>
          Back to {name}
        </a>
      }
    >
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
      {datasets.isSuccess && dataset === null && (
        <EmptyState title="There is no dataset of this name">
          <p>
            It may have been renamed or forgotten.{' '}
            <a href={hrefOf({ page: 'datasets' })}>Datasets</a> lists those that there are.
          </p>
        </EmptyState>
      )}
      {dataset !== null &&
        versions.data !== undefined &&
        (versions.data.length < 2 ? (
          <EmptyState title="There is one version only">
            <p>
              As soon as its steps, columns or rules are changed on{' '}
              <a href={hrefOf({ page: 'dataset', name })}>its page</a>, the old and the new one can
              be compared here.
            </p>
          </EmptyState>
        ) : (
          <Choice dataset={dataset} versions={versions.data} from={version} />
        ))}
    </Page>
  )
}

function Choice({
  dataset,
  versions,
  from,
}: {
  dataset: Dataset
  /** Newest first. */
  versions: readonly DatasetVersion[]
  from: number | null
}) {
  const { host, files: onSendPage } = useCore()
  const client = useClient()
  const { name } = dataset
  const chooser = useRef<HTMLInputElement>(null)
  // The files of this page are not those that wait to be sent.
  const [own] = useState(() => new ChosenFiles(host))
  useEffect(
    () => () => {
      for (const { key } of own.store.get().files) own.remove(key)
    },
    [own],
  )
  const chosen = useSyncExternalStore(own.store.subscribe, own.store.get).files
  const waiting = useSyncExternalStore(onSendPage.store.subscribe, onSendPage.store.get).files
  const runs = useQuery(runsQuery(client, { dataset: name, limit: offeredRuns })).data ?? []
  const offered = [
    ...chosen.map((file) => ({ value: `chosen ${file.key}`, words: file.name, file, run: null })),
    ...waiting.map((file) => ({
      value: `waiting ${file.key}`,
      words: `${file.name}, not sent yet`,
      file,
      run: null,
    })),
    ...runs.map((run) => ({
      value: `run ${run.id}`,
      words: `${run.source.name}, sent ${formatWhen(run.createdAt)}`,
      file: null,
      run,
    })),
  ]
  const [wanted, setWanted] = useState<string | null>(null)
  const which = offered.find(({ value }) => value === wanted) ?? offered[0]
  const newest = versions[0]?.version ?? 1
  const [before, setBefore] = useState(from ?? versions[1]?.version ?? 1)
  const [after, setAfter] = useState(newest)
  const [asked, setAsked] = useState<(Asked & { key: string }) | null>(null)
  const opening = useMutation({
    mutationFn: async ({ file, run }: { file: ChosenFile | null; run: Run | null }) => {
      if (run !== null) {
        await own.addAgain(run)
        return own.store.get().files.at(-1) ?? null
      }
      return file
    },
    onSuccess: (file) => {
      if (file !== null)
        setAsked({ file, before, after, key: `${file.key} ${before} ${after} ${Date.now()}` })
    },
  })
  const add = (run: () => Promise<void>) => {
    void run().then(() => {
      const last = own.store.get().files.at(-1)
      if (last !== undefined) setWanted(`chosen ${last.key}`)
    })
  }
  const choose = () => {
    const { desktop } = host
    if (desktop === null) chooser.current?.click()
    else add(async () => own.addOpened(await desktop.chooseFiles()))
  }
  const versionOptions = versions.map((one) => (
    <option key={one.version} value={one.version}>
      {`${one.version}${one.version === newest ? ' (now)' : ''} · ${formatWhen(one.at)} · ${one.what}`}
    </option>
  ))
  // What was asked may still arrive, or have failed to.
  const file =
    asked === null
      ? null
      : ([...chosen, ...waiting].find(
          ({ key, source }) => key === asked.file.key && source === asked.file.source,
        ) ?? asked.file)
  const isSame = before === after
  return (
    <>
      <form
        className={styles.choice}
        aria-label="What is compared"
        onSubmit={(event) => {
          event.preventDefault()
          if (which !== undefined && !isSame) opening.mutate(which)
        }}
      >
        <Field label="File" className={styles.file ?? ''}>
          <Select
            value={which?.value ?? ''}
            disabled={offered.length === 0}
            onChange={(_, { value }) => setWanted(value)}
          >
            {offered.length === 0 && <option value="">Choose a file first</option>}
            {offered.map(({ value, words }) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </Select>
        </Field>
        <input
          ref={chooser}
          type="file"
          hidden
          aria-label="File to compare with"
          onChange={(event) => {
            const files = [...(event.target.files ?? [])]
            add(() => own.add(files))
            event.target.value = ''
          }}
        />
        <Button onClick={choose}>Choose another file…</Button>
        <Field label="Before: version" className={styles.version ?? ''}>
          <Select value={String(before)} onChange={(_, { value }) => setBefore(Number(value))}>
            {versionOptions}
          </Select>
        </Field>
        <Field
          label="After: version"
          className={styles.version ?? ''}
          {...(isSame ? { validationMessage: 'Choose two different versions.' } : {})}
        >
          <Select value={String(after)} onChange={(_, { value }) => setAfter(Number(value))}>
            {versionOptions}
          </Select>
        </Field>
        <Button
          appearance="primary"
          type="submit"
          disabledFocusable={which === undefined || isSame || opening.isPending}
        >
          Compare
        </Button>
      </form>
      {opening.isError && <ProblemNotice problem={problemOf(opening.error)} />}
      {asked !== null && file !== null && (
        <ComparedRows key={asked.key} dataset={dataset} asked={{ ...asked, file }} />
      )}
    </>
  )
}
