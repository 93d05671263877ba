import { Button, Skeleton, SkeletonItem } from '@fluentui/react-components'
import { ArrowUndo16Regular } from '@fluentui/react-icons/svg/arrow-undo'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import { type Reading, sameReading } from '../../../shared/domain/files/reading.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient, useCore } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { headerOf } from '../../core/header.ts'
import { previewQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { isPreviewable, type ChosenFile } from '../../core/chosenFiles.ts'
import { summary } from './captions.ts'
import { Desk } from './Desk.tsx'
import { EarlierBar } from './EarlierBar.tsx'
import styles from './FilePreview.module.css'
import { PartSelect } from './PartSelect.tsx'
import { ReadingBar } from './ReadingBar.tsx'
import { WhichColumns } from './WhichColumns.tsx'

/** A chosen file as it is read, with the desk at which it is cleaned; `children` stand below the desk's pane, or alone in its place. */
export function FilePreview({
  file,
  dataset,
  children,
}: {
  file: ChosenFile
  dataset: Dataset | null
  children: ReactNode
}) {
  const { files } = useCore()
  const client = useClient()
  const queryClient = useQueryClient()
  const preview = useQuery({
    ...previewQuery(client, file, dataset),
    enabled: isPreviewable(file),
    // The old rows stay until the new ones are there, but never those of another file.
    placeholderData: (previous, query) =>
      query?.queryKey[1] === file.source ? previous : undefined,
  })
  const shown = preview.data
  const whole = file.arrival.state === 'here'
  const { refetch, isError } = preview
  // A preview of half a file may fail where the whole file is readable.
  useEffect(() => {
    if (whole && isError) void refetch()
    // Only the arrival of the last byte is a reason to ask again.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [whole])
  useEffect(() => {
    if (shown !== undefined) announce(summary(file.name, shown))
    // Said once for every new picture of the file.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [shown])

  // What is remembered may not fit this file; detection then offers itself as the person's choice.
  const detect = async () => {
    const { detected } = await queryClient.fetchQuery(previewQuery(client, file, null))
    files.choose(file.key, { reading: detected.reading })
  }

  const take = (next: Reading) => {
    const proposed = dataset?.reading ?? null
    const back = proposed !== null && sameReading(proposed, next)
    files.choose(file.key, { reading: back ? null : next })
  }

  // Another file of the archive has a dialect of its own.
  const takeEntry = useMutation({
    mutationFn: (entry: string) =>
      client.sources.preview({ source: file.source ?? '', entry, rows: 1 }),
    onSuccess: ({ detected }) => files.choose(file.key, { reading: detected.reading }),
  })

  const reading = file.choices.reading ?? shown?.detected.reading ?? dataset?.reading ?? null
  const problem = preview.isError ? problemOf(preview.error) : null
  const top = (parts: Preview['parts']) => (
    <>
      <EarlierBar file={file} dataset={dataset} />
      {reading === null ? (
        problem === null && <Waiting />
      ) : (
        <div className={styles.reading}>
          {parts.map((some) => (
            <PartSelect
              key={some.of}
              parts={some}
              onChange={(part) =>
                part.reading === null ? takeEntry.mutate(part.name) : take(part.reading)
              }
            />
          ))}
          <ReadingBar
            reading={reading}
            ruler={shown?.ruler ?? null}
            encoding={(file.choices.reading === null && shown?.detected.encoding) || null}
            weighed={(file.choices.reading === null && shown?.detected.weighed) || []}
            onChange={take}
          />
        </div>
      )}
      {takeEntry.isError && <ProblemNotice problem={problemOf(takeEntry.error)} />}
      {problem !== null && (
        <ProblemNotice
          problem={problem}
          action={
            problem.code === 'not-found' && files.canComeAgain(file.key)
              ? { label: 'Hand it over again', run: () => files.again(file.key) }
              : { label: 'Try again', run: () => void refetch() }
          }
        />
      )}
      {shown !== undefined && dataset !== null && (
        <WhichColumns
          dataset={dataset.name}
          header={headerOf(shown, dataset, file.choices)}
          chosen={file.choices.header}
          onChoose={(header) => files.choose(file.key, { header })}
          onStop={() => files.remove(file.key)}
        />
      )}
    </>
  )
  const content =
    file.arrival.state === 'failed' ? (
      <div className={styles.main}>
        <ProblemNotice
          problem={file.arrival.problem}
          {...(files.canComeAgain(file.key)
            ? { action: { label: 'Try again', run: () => files.again(file.key) } }
            : {})}
        />
      </div>
    ) : problem !== null || shown === undefined ? (
      <div className={styles.main}>{top(shown?.parts ?? [])}</div>
    ) : (
      <Desk
        file={file}
        dataset={dataset}
        preview={shown}
        isFetching={preview.isFetching}
        top={top}
        way={
          file.choices.reading !== null ? (
            <Button
              size="small"
              appearance="subtle"
              icon={<ArrowUndo16Regular />}
              onClick={() => files.choose(file.key, { reading: null })}
            >
              Undo how it is read
            </Button>
          ) : (
            dataset !== null &&
            dataset.reading !== null && (
              <span className={styles.remembered}>
                Read as dataset “{dataset.name}” remembers
                <Button size="small" appearance="subtle" onClick={() => void detect()}>
                  Detect anew
                </Button>
              </span>
            )
          )
        }
      />
    )
  // What stands below stays itself, with what was typed and where the focus is, when the rows come.
  return (
    <div className={styles.work}>
      {content}
      <div className={styles.send}>{children}</div>
    </div>
  )
}

function Waiting() {
  return (
    <Skeleton className={styles.waiting ?? ''} aria-label="Reading the first rows">
      <SkeletonItem size={32} />
      <SkeletonItem size={64} />
      {[0, 1, 2, 3, 4, 5].map((line) => (
        <SkeletonItem key={line} size={24} />
      ))}
    </Skeleton>
  )
}
