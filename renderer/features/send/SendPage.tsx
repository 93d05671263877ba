import { MessageBarActions, MessageBarBody, Button } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { useQueries, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { PlainBar } from '../../ui/PlainBar.tsx'
import { announce } from '../../ui/announce.tsx'
import { useClient, useCore } from '../../core/core.tsx'
import { doubtsOf, openQuestions } from '../../core/doubts.ts'
import { belongingOf, takenAs } from '../../../shared/domain/datasets/belonging.ts'
import { isHeaderOpen, printsIn } from '../../core/header.ts'
import {
  connectionsQuery,
  datasetsQuery,
  previewQuery,
  runListsKey,
  toldDoubtsQuery,
} from '../../core/queries.ts'
import { parseRoute } from '../../ui/route.ts'
import { goTo } from '../../ui/useRoute.ts'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { problemOf } from '../../core/problem.ts'
import { isPreviewable, type ChosenFile } from '../../core/chosenFiles.ts'
import { DropZone } from '../drop/DropZone.tsx'
import { FileList, type Look } from '../drop/FileList.tsx'
import { FilePreview } from '../preview/FilePreview.tsx'
import { isHopeless } from './hopeless.ts'
import { startInput, targetErrors, targetOf } from './destination.ts'
import { SendPanel } from './SendPanel.tsx'
import { unsaidOf } from './unsaid.ts'
import styles from './SendPage.module.css'

/** Home: choose files, look at them, say where they go, send. */
export function SendPage({ dragging }: { dragging: boolean }) {
  const { files } = useCore()
  const client = useClient()
  const queryClient = useQueryClient()
  const selection = useSyncExternalStore(files.store.subscribe, files.store.get)
  const leftOut = useSyncExternalStore(files.leftOut.subscribe, files.leftOut.get)
  const datasets = useQuery(datasetsQuery(client))
  const connections = useQuery(connectionsQuery(client))
  const selected = selection.files.find(({ key }) => key === selection.selected) ?? null
  const datasetOf = (file: ChosenFile) =>
    datasets.data?.find(({ name }) => name === file.choices.dataset.trim()) ?? null

  const [changing, setChanging] = useState<string | null>(null)

  // Every file is looked at, so that the list can say which one a person should see first.
  const previews = useQueries({
    queries: selection.files.map((file) => ({
      ...previewQuery(client, file, datasetOf(file)),
      enabled: isPreviewable(file),
    })),
  })
  // Once for each file: what a person says afterwards stays.
  useEffect(() => {
    if (datasets.data === undefined) return
    for (const [index, file] of selection.files.entries()) {
      const preview = previews[index]?.data
      if (file.belonging === null && preview !== undefined)
        files.belong(file.key, belongingOf(file.name, printsIn(preview), datasets.data))
    }
  })
  const told = useQueries({
    queries: selection.files.map((file) => toldDoubtsQuery(client, datasetOf(file))),
  })
  const looks = new Map(
    selection.files.map(
      (file, index) =>
        [file.key, lookOf(previews[index], datasetOf(file), file, told[index]?.data)] as const,
    ),
  )

  /** A file may be sent before its columns were seen. */
  const withBelonging = async (file: ChosenFile, source: string): Promise<ChosenFile> => {
    const known = datasets.data ?? []
    const now = () => files.store.get().files.find(({ key }) => key === file.key) ?? file
    if (now().belonging === null && known.length > 0) {
      const looked = previewQuery(client, { ...now(), source }, datasetOf(now()))
      const preview = await queryClient.fetchQuery({ ...looked, staleTime: Infinity })
      files.belong(file.key, belongingOf(file.name, printsIn(preview), known))
    }
    const { belonging, choices } = now()
    if (belonging !== null && choices.dataset === '') takenAs(file.name, belonging)
    return now()
  }
  const send = (chosen: ChosenFile): Promise<string | null> =>
    files.start(chosen.key, async (source) => {
      const file = await withBelonging(chosen, source)
      const dataset = datasetOf(file)
      const target = targetOf(file, dataset, connections.data ?? [])
      const changed = Object.keys(file.choices.columns).length > 0
      const seen = changed
        ? await queryClient.fetchQuery({
            ...previewQuery(client, { ...file, source }, dataset),
            staleTime: Infinity,
          })
        : null
      return startInput(file.choices, dataset, target, seen?.columns ?? null)
    })
  const sendOne = async (file: ChosenFile) => {
    const runId = await send(file)
    await queryClient.invalidateQueries({ queryKey: runListsKey })
    if (runId !== null && onSendPage()) goTo({ page: 'run', runId })
  }
  const unsendable = (file: ChosenFile) => {
    const dataset = datasetOf(file)
    const { queryKey } = previewQuery(client, file, dataset)
    const target = targetOf(file, dataset, connections.data ?? [])
    return (
      file.arrival.state === 'failed' ||
      file.sending.state === 'waiting' ||
      file.sending.state === 'starting' ||
      isHopeless(queryClient.getQueryState(queryKey)?.error) ||
      unsaidOf(file, dataset, queryClient.getQueryData(queryKey), target.warehouse?.meaning) !==
        '' ||
      Object.keys(targetErrors(target, connections.data ?? [], dataset)).length > 0
    )
  }
  const sendAll = async () => {
    const ready = selection.files.filter((file) => !unsendable(file))
    const started = (await Promise.all(ready.map((file) => send(file)))).filter(
      (runId) => runId !== null,
    )
    await queryClient.invalidateQueries({ queryKey: runListsKey })
    const left = files.store.get().files.length
    if (left === 0 && onSendPage()) goTo({ page: 'runs' })
    else announce(`${plural(started.length, 'file')} sent. ${plural(left, 'file')} still here.`)
  }

  const failed = connections.error ?? datasets.error
  return (
    <Page
      title="Send"
      lead={
        selected === null ? 'Drop the export of your till or back office; look at it; send it.' : ''
      }
      {...(selected === null ? {} : { actions: <DropZone compact dragging={dragging} /> })}
      fill
    >
      {selected === null && <DropZone compact={false} dragging={dragging} />}
      {leftOut !== null && (
        <PlainBar intent="warning" layout="multiline" className={styles.leftOut ?? ''}>
          <MessageBarBody>{leftOut}</MessageBarBody>
          <MessageBarActions
            containerAction={
              <Button
                appearance="transparent"
                icon={<Dismiss16Regular />}
                aria-label="Close"
                onClick={() => files.leftOut.set(null)}
              />
            }
          />
        </PlainBar>
      )}
      {selected !== null && (
        <div className={styles.file}>
          <FileList selection={selection} looks={looks} />
          <FilePreview key={selected.key} file={selected} dataset={datasetOf(selected)}>
            {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
            <SendPanel
              file={selected}
              count={selection.files.length}
              sendable={selection.files.filter((file) => !unsendable(file)).length}
              dataset={datasetOf(selected)}
              datasets={datasets.data ?? []}
              connections={connections.data ?? []}
              isChanging={changing === selected.key}
              onChanging={(isChanging) => setChanging(isChanging ? selected.key : null)}
              onSend={() => void sendOne(selected)}
              onSendAll={() => void sendAll()}
            />
          </FilePreview>
        </div>
      )}
    </Page>
  )
}

function lookOf(
  preview: UseQueryResult<Preview> | undefined,
  dataset: Dataset | null,
  { choices }: ChosenFile,
  told: readonly string[] | undefined,
): Look {
  if (preview === undefined || preview.isPending) return 'unknown'
  if (preview.isError) return isHopeless(preview.error) ? 'hopeless' : 'look'
  const { fresh } = doubtsOf(preview.data, dataset, choices.columns, told)
  const asked = openQuestions(preview.data, dataset, choices.columns)
  const isOpen = isHeaderOpen(preview.data, dataset, choices)
  return isOpen || preview.data.broken.length + fresh.length + asked.length > 0 ? 'look' : 'fine'
}

/** A person who has gone elsewhere meanwhile is not pulled away. */
function onSendPage(): boolean {
  return parseRoute(window.location.hash).page === 'send'
}
