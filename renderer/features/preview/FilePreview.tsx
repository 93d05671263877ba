import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  ProgressBar,
  Skeleton,
  SkeletonItem,
} from '@fluentui/react-components'
import { ArrowUndo16Regular } from '@fluentui/react-icons/svg/arrow-undo'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { type Check, checkSentences } from '../../../shared/domain/check.ts'
import { columnsFor } from '../../../shared/domain/columnChoice.ts'
import type { Dataset } from '../../../shared/domain/dataset.ts'
import type { Preview } from '../../../shared/domain/preview.ts'
import { type Reading, sameReading } from '../../../shared/domain/reading.ts'
import { formatBytes, formatCount, plural } from '../../../shared/domain/sizes.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient, useCore } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { doubtsOf, openOffers, openQuestions } from '../../core/doubts.ts'
import { checkQuery, previewQuery, profileQuery, toldDoubtsQuery } from '../../core/queries.ts'
import { AsLastTime } from '../../ui/AsLastTime.tsx'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { isPreviewable, type ChosenFile } from '../../core/chosenFiles.ts'
import { wordsOf } from './columnTypes.ts'
import { ColumnPane } from './ColumnPane.tsx'
import { typeOptionsFor } from './columnTypes.ts'
import styles from './FilePreview.module.css'
import { FileGrid, type GridHandle } from './FileGrid.tsx'
import { LookBar } from './LookBar.tsx'
import { PartSelect } from './PartSelect.tsx'
import { ReadingBar } from './ReadingBar.tsx'
import { knownOf, useFileRows } from './useFileRows.ts'
import { WhichOrder } from './WhichOrder.tsx'

export function FilePreview({ file, dataset }: { file: ChosenFile; dataset: Dataset | null }) {
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

  const check = useQuery(checkQuery(client, file, dataset, shown?.columns ?? null))
  const checked = check.data ?? null
  useEffect(() => {
    if (checked !== null) for (const sentence of checkSentences(checked)) announce(sentence)
  }, [checked])

  // The column that is looked at closely: it is what the whole file is profiled for.
  const [open, setOpen] = useState<{ file: string; label: string } | null>(null)
  const looked = open?.file === file.key ? open.label : null
  const profile = useQuery({
    ...profileQuery(client, file, dataset, shown?.columns ?? null),
    enabled: looked !== null && whole,
    placeholderData: (previous, query) =>
      query?.queryKey[1] === file.source ? previous : undefined,
  })
  const profiles = useMemo(
    () => new Map(profile.data?.columns.map((column) => [column.column.label, column])),
    [profile.data],
  )

  const told = useQuery(toldDoubtsQuery(client, dataset))
  const columns = useMemo(
    () =>
      columnsFor(shown?.columns ?? [], dataset?.contract?.columns ?? null, file.choices.columns),
    [shown, dataset, file.choices.columns],
  )

  const grid = useRef<GridHandle>(null)
  const rows = useFileRows(file, dataset, shown, columns, checked !== null)
  const { state } = rows.look
  const known = shown === undefined ? undefined : knownOf(shown, state)
  const doubts =
    known === undefined
      ? { fresh: [], known: [] }
      : doubtsOf(known, dataset, file.choices.columns, told.data)
  const goToLine = useMutation({
    mutationFn: (line: number) => rows.rowOfLine(line),
    onSuccess: (row, line) => {
      if (row === null) announce(`No row stands on line ${formatCount(line)}.`)
      else grid.current?.showRow(row)
    },
  })

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

  if (file.arrival.state === 'failed')
    return (
      <ProblemNotice
        problem={file.arrival.problem}
        {...(files.canComeAgain(file.key)
          ? { action: { label: 'Try again', run: () => files.again(file.key) } }
          : {})}
      />
    )
  const reading = file.choices.reading ?? shown?.detected.reading ?? dataset?.reading ?? null
  const problem = preview.isError ? problemOf(preview.error) : null
  return (
    <div className={styles.preview}>
      {reading === null ? (
        problem === null && <Waiting />
      ) : (
        <div className={styles.reading}>
          {known?.parts.map((parts) => (
            <PartSelect
              key={parts.of}
              parts={parts}
              onChange={(part) =>
                part.reading === null ? takeEntry.mutate(part.name) : take(part.reading)
              }
            />
          ))}
          <ReadingBar
            reading={reading}
            ruler={shown?.ruler ?? null}
            encoding={(file.choices.reading === null && shown?.detected.encoding) || null}
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
      {problem === null && shown !== undefined && (
        <>
          <PleaseLook
            at={[
              ...new Set([
                ...(checked === null ? [] : checkSentences(checked)),
                ...doubts.fresh,
                ...(profile.data?.hints ?? []),
              ]),
            ]}
          />
          <AsLastTime at={doubts.known} />
          {openQuestions(shown, dataset, file.choices.columns).map((label) => (
            <WhichOrder
              key={label}
              label={label}
              preview={shown}
              onOrder={(choice) =>
                files.choose(file.key, { columns: { ...file.choices.columns, [label]: choice } })
              }
            />
          ))}
          {openOffers(shown, dataset, file.choices.columns).map(([label, offer]) => (
            <MessageBar key={label} intent="info">
              <MessageBarBody>
                <strong>“{label}” </strong>is read as text.
              </MessageBarBody>
              <MessageBarActions>
                <Button
                  size="small"
                  onClick={() =>
                    files.choose(file.key, { columns: { ...file.choices.columns, [label]: offer } })
                  }
                >
                  Read “{label}” as {wordsOf(offer)}
                </Button>
              </MessageBarActions>
            </MessageBar>
          ))}
          {check.isError && <ProblemNotice problem={problemOf(check.error)} />}
          <div className={styles.caption}>
            <span data-testid="caption">
              {captionOf(shown, checked, rows)}
              {check.isFetching && ' · checking every row …'}
            </span>
            {file.choices.reading !== null ? (
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
            )}
          </div>
          {rows.look.problem !== null && (
            <ProblemNotice
              problem={rows.look.problem}
              action={{ label: 'Try again', run: rows.look.again }}
            />
          )}
          {rows.problem !== null && <ProblemNotice problem={problemOf(rows.problem)} />}
          {goToLine.isError && <ProblemNotice problem={problemOf(goToLine.error)} />}
          <LookBar
            columns={columns}
            filters={rows.filters}
            ready={rows.isWhole}
            hasRepaired={state?.kind === 'whole' && state.repaired > 0}
            onFilters={rows.setFilters}
            onLine={(line) => goToLine.mutate(line)}
            onColumn={(index) => grid.current?.showColumn(index)}
          />
          <div className={styles.busy} aria-hidden={!preview.isFetching}>
            {(preview.isFetching || rows.isLooking) && (
              <ProgressBar
                aria-label={rows.isLooking ? 'Looking through the rows' : 'Reading the first rows'}
              />
            )}
          </div>
          {shown.rows.length + shown.broken.length === 0 ? (
            <p className={styles.nothing}>
              No rows here: the file has {shown.columns.length > 0 ? 'only a header' : 'no content'}{' '}
              when it is read this way. Check the line it starts at and the separator.
            </p>
          ) : (
            <div className={styles.beside}>
              <FileGrid
                key={file.key}
                handle={grid}
                name={file.name}
                columns={columns}
                typesOf={(column, index) =>
                  typeOptionsFor(column, shown.columns[index], shown.offers[column.label])
                }
                source={rows.source}
                viewKey={rows.viewKey}
                profiles={profiles}
                open={looked}
                order={rows.order}
                canOrder={rows.isWhole}
                onOrder={rows.setOrder}
                onOpen={(label) => setOpen(looked === label ? null : { file: file.key, label })}
                onType={(label, choice) =>
                  files.choose(file.key, { columns: { ...file.choices.columns, [label]: choice } })
                }
              />
              {looked !== null && (
                <ColumnPane
                  label={looked}
                  profile={profiles.get(looked) ?? null}
                  problem={profile.isError ? problemOf(profile.error) : null}
                  arriving={!whole}
                  onAgain={() => void profile.refetch()}
                  onFilter={
                    rows.isWhole ? (filter) => rows.setFilters([...rows.filters, filter]) : null
                  }
                  onClose={() => setOpen(null)}
                />
              )}
            </div>
          )}
        </>
      )}
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

function captionOf(
  preview: Preview,
  checked: Check | null,
  {
    look,
    filters,
    source,
    isLooking,
  }: Pick<ReturnType<typeof useFileRows>, 'look' | 'filters' | 'source' | 'isLooking'>,
): string {
  const { state } = look
  const head = preview.rows.length + preview.broken.length
  const isExact = preview.estimatedRecords <= head
  const about = isExact
    ? plural(head, 'row')
    : `about ${formatCount(roughly(preview.estimatedRecords))} rows`
  const total =
    state === null
      ? about
      : state.kind === 'whole'
        ? plural(state.rows, 'row')
        : `${about}, ${formatCount(state.rows)} read so far`
  // Of the whole file where that is known, else of what is shown.
  const held = checked?.held ?? (state?.kind === 'whole' ? state.broken : preview.broken.length)
  const of = checked === null && state?.kind !== 'whole' && !isExact ? ' of the first' : ''
  const broken = held === 0 ? '' : ` · ${plural(held, 'row')}${of} would be held back`
  const found =
    filters.length === 0
      ? ''
      : isLooking
        ? ' · looking …'
        : ` · ${plural(source.rows, 'row')} found`
  return `${plural(preview.columns.length, 'column')} · ${total} · ${formatBytes(preview.bytes)}${broken}${found}`
}

/** An estimate shown with two digits does not pretend to be a count. */
function roughly(count: number): number {
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1)
  return Math.round(count / scale) * scale
}

function summary(name: string, preview: Preview): string {
  const rows = preview.rows.length + preview.broken.length
  const many =
    preview.estimatedRecords <= rows
      ? plural(rows, 'row')
      : `about ${formatCount(roughly(preview.estimatedRecords))} rows`
  return `${name}: ${plural(preview.columns.length, 'column')}, ${many}.`
}
