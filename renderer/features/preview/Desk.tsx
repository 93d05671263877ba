import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  ProgressBar,
} from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { checkSentences } from '../../../shared/domain/files/check.ts'
import type { ColumnChoice } from '../../../shared/domain/columns/columnChoice.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { LookFilter } from '../../../shared/domain/files/look.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import { stepWords } from '../../../shared/domain/recipe/recipeWords.ts'
import type { Suggestion } from '../../../shared/domain/recipe/suggestion.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { useClient, useCore } from '../../core/core.tsx'
import { useChangedColumns, useRecipeEffect } from '../../core/effects.ts'
import { doubtsOf, openOffers, openQuestions } from '../../core/doubts.ts'
import { problemOf } from '../../core/problem.ts'
import {
  checkQuery,
  isCheckedUnasked,
  isProfiledUnasked,
  profileQuery,
  suggestionsQuery,
  toldDoubtsQuery,
} from '../../core/queries.ts'
import { changedSteps, historyOf, stepsAt, withChange, withStep } from '../../core/recipes.ts'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import type { Fitting } from '../steps/fitting.ts'
import type { Writing } from '../steps/StepsEditor.tsx'
import { captionOf } from './captions.ts'
import { CellMenu, type MenuAt, cellFilter } from './CellMenu.tsx'
import { readAs, typeOptionsFor, wordsOf } from './columnTypes.ts'
import { DeskPane, type DeskTab } from './DeskPane.tsx'
import { FileColumn } from './FileColumn.tsx'
import { FileGrid, type GridHandle } from './FileGrid.tsx'
import styles from './FilePreview.module.css'
import { FileSteps } from './FileSteps.tsx'
import { LookBar } from './LookBar.tsx'
import { ProblemList } from './ProblemList.tsx'
import { troublesOf } from './problems.ts'
import type { View } from './shown.ts'
import { SampleCheck } from './SampleCheck.tsx'
import { Suggestions } from './Suggestions.tsx'
import { knownOf, useFileRows } from './useFileRows.ts'
import { useSentColumns } from './useSentColumns.ts'
import { ViewChoice } from './ViewChoice.tsx'
import { WhichOrder } from './WhichOrder.tsx'

/** The rows of a file in the middle; beside them what is wrong, the steps that clean it, and what a column holds. */
export function Desk({
  file,
  dataset,
  preview,
  isFetching,
  top,
  way,
}: {
  file: ChosenFile
  dataset: Dataset | null
  preview: Preview
  isFetching: boolean
  /** How it is read. */
  top: (parts: Preview['parts']) => ReactNode
  /** Back to how it was read. */
  way: ReactNode
}) {
  const { files } = useCore()
  const client = useClient()
  const whole = file.arrival.state === 'here'
  const check = useQuery(checkQuery(client, file, dataset, preview.columns))
  const checked = check.data ?? null
  useEffect(() => {
    if (checked !== null) for (const sentence of checkSentences(checked)) announce(sentence)
  }, [checked])

  const [tab, setTab] = useState<DeskTab>('problems')
  // The column that is looked at closely.
  const [looked, setLooked] = useState<string | null>(null)
  const [writing, setWriting] = useState<Writing | null>(null)
  const [menu, setMenu] = useState<MenuAt | null>(null)
  // Which sample of a file that is too large to be judged unasked.
  const [seed, setSeed] = useState<number | null>(null)
  const profiling = profileQuery(client, file, dataset, preview.columns)
  const profile = useQuery({
    ...profiling,
    enabled: profiling.enabled === true && whole && (looked !== null || isProfiledUnasked(file)),
    placeholderData: (previous, query) =>
      query?.queryKey[1] === file.source ? previous : undefined,
  })
  const { under, columns, made, makes } = useSentColumns(file, dataset, preview)
  const profiles = useMemo(() => {
    const known = new Map(profile.data?.columns.map((column) => [column.column.label, column]))
    // Where the file is shown as it is, a column has the label that it has there.
    for (const [inFile, label] of Object.entries(under.map.renamed)) {
      const column = known.get(label)
      if (column !== undefined && !known.has(inFile)) known.set(inFile, column)
    }
    return known
  }, [profile.data, under])

  const suggesting = suggestionsQuery(client, file, dataset, preview.columns)
  const suggested = useQuery({
    ...suggesting,
    enabled: suggesting.enabled === true && whole && isProfiledUnasked(file),
    placeholderData: (previous, query) =>
      query?.queryKey[1] === file.source ? previous : undefined,
  })
  const suggestions = suggested.data?.suggestions ?? []
  const told = useQuery(toldDoubtsQuery(client, dataset))
  const questions = openQuestions(preview, dataset, file.choices.columns)
  const offers = openOffers(preview, dataset, file.choices.columns)

  const history = historyOf(file.choices, dataset)
  const steps = stepsAt(history)

  const grid = useRef<GridHandle>(null)
  const [view, setView] = useState<View | null>(null)
  const [picked, setPicked] = useState<string | null>(null)
  const isChanged = changedSteps(file.choices, dataset) !== null
  const pickedAt = steps.findIndex(({ id }) => id === picked)
  const wantedView = view ?? (pickedAt >= 0 || isChanged ? 'both' : 'before')
  const typeOf = useCallback(
    (label: string) => made.find((column) => column.label === label) ?? profiles.get(label)?.column,
    [made, profiles],
  )
  const rows = useFileRows(
    file,
    dataset,
    preview,
    columns,
    checked !== null,
    wantedView === 'before' && pickedAt < 0
      ? null
      : {
          view: wantedView,
          span:
            pickedAt < 0
              ? { steps, since: 0, upTo: steps.length }
              : { steps, since: pickedAt, upTo: pickedAt + 1 },
        },
    typeOf,
  )
  const { state } = rows.look
  const known = knownOf(preview, state)
  const doubts = doubtsOf(known, dataset, file.choices.columns, told.data, steps)
  const troubles = troublesOf(checked, doubts.fresh, preview, profile.data ?? null, isChanged)
  const effect = useRecipeEffect(
    file,
    dataset,
    steps,
    rows.isWhole && (tab === 'steps' || isProfiledUnasked(file)),
  )
  const twice = useChangedColumns(effect, picked, rows.view === 'both')
  const goToLine = useMutation({
    mutationFn: (line: number) => rows.rowOfLine(line),
    onSuccess: (row, line) => {
      if (row === null) announce(`No row stands on line ${formatCount(line)}.`)
      else grid.current?.showRow(row)
    },
  })
  const show = rows.isWhole
    ? (filter: LookFilter) => rows.setFilters([...rows.filters, filter])
    : null

  // Rules are those of a column of the file, whatever the steps call it; or of one that they make.
  const lookedIn = rows.shown.find(({ column }) => column.label === looked)?.inFile ?? null
  const isAsked = questions.includes(lookedIn ?? '')
  const lookedColumn =
    lookedIn === null && looked !== null && makes.includes(looked)
      ? typeOf(looked)
      : columns.find(({ label }) => label === lookedIn && !isAsked && !makes.includes(label))
  const look = (label: string | null) => {
    setLooked(label)
    if (label !== null) setTab('column')
    else if (tab === 'column') setTab('problems')
  }
  // The cell at hand brings its column, but not in place of a step that is being written, nor where it takes minutes.
  const follow = (label: string, by: 'click' | 'key') => {
    const isAsked = tab === 'column' || (tab === 'problems' && by === 'click')
    if (isAsked && (looked !== null || isProfiledUnasked(file))) look(label)
  }
  const chooseColumn = (label: string, choice: ColumnChoice) => {
    // Whether it is personal is said apart from how it is read.
    const { personal } = { ...file.choices.columns[label], ...choice }
    const chosen = personal === undefined ? choice : { ...choice, personal }
    files.choose(file.key, { columns: { ...file.choices.columns, [label]: chosen } })
  }
  const takeFitting = (fitting: Fitting) => {
    setTab('steps')
    if (fitting.how === 'form') {
      setWriting({ kind: fitting.kind, place: null, given: fitting.given })
      return
    }
    const added = withStep(history, fitting.step, picked)
    files.choose(file.key, { recipe: added.history })
    if (picked !== null) setPicked(added.id)
    announce(`${stepWords(fitting.step)} is added.`)
  }
  const takeSuggestion = (suggestion: Suggestion) => {
    files.choose(file.key, { recipe: withChange(history, [...steps, ...suggestion.steps]) })
    announce(`${suggestion.steps.map(stepWords).join(' ')} is added.`)
  }
  const problems = troubles.length + questions.length + offers.length + suggestions.length
  return (
    <>
      <div className={styles.main}>
        {top(known.parts)}
        <div className={styles.caption}>
          <span data-testid="caption">
            {captionOf(preview, checked, rows)}
            {check.isFetching && ' · checking every row …'}
          </span>
          {way}
          <span className={styles.shows}>
            {pickedAt >= 0 && (
              <Button
                size="small"
                appearance="subtle"
                icon={<Dismiss16Regular />}
                iconPosition="after"
                title="Show what all steps do"
                onClick={() => setPicked(null)}
              >
                Step {pickedAt + 1} alone
              </Button>
            )}
            <ViewChoice view={rows.view} ready={rows.isWhole} onView={setView} />
          </span>
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
          columns={rows.shown.map(({ column }) => column)}
          filters={rows.filters}
          ready={rows.isWhole}
          hasSteps={steps.length > 0}
          hasRepaired={state?.kind === 'whole' && state.repaired > 0}
          onFilters={rows.setFilters}
          onLine={(line) => goToLine.mutate(line)}
          onColumn={(index) => grid.current?.showColumn(index)}
        />
        <div className={styles.busy} aria-hidden={!isFetching}>
          {(isFetching || rows.isLooking) && (
            <ProgressBar
              aria-label={rows.isLooking ? 'Looking through the rows' : 'Reading the first rows'}
            />
          )}
        </div>
        {preview.rows.length + preview.broken.length === 0 ? (
          <p className={styles.nothing}>
            No rows here: the file has {preview.columns.length > 0 ? 'only a header' : 'no content'}{' '}
            when it is read this way. Check the line it starts at and the separator.
          </p>
        ) : (
          <FileGrid
            key={file.key}
            handle={grid}
            name={file.name}
            columns={rows.shown}
            isBoth={rows.view === 'both'}
            twice={twice}
            typesOf={({ column, place, inFile, change }) => {
              const isKnown =
                inFile === null
                  ? makes.includes(column.label) && typeOf(column.label) !== undefined
                  : change === 'kept' && !makes.includes(inFile)
              return isKnown
                ? typeOptionsFor(column, preview.columns[place ?? -1], preview.offers[inFile ?? ''])
                : []
            }}
            source={rows.source}
            isLooking={rows.isLooking}
            viewKey={rows.viewKey}
            profiles={profiles}
            open={looked}
            order={rows.order}
            canOrder={rows.isWhole}
            onOrder={rows.setOrder}
            onOpen={look}
            onCell={follow}
            onMenu={setMenu}
            onType={(label, choice) =>
              chooseColumn(label, {
                ...choice,
                ...(file.choices.columns[label]?.rules === undefined
                  ? {}
                  : { rules: file.choices.columns[label].rules }),
              })
            }
          />
        )}
      </div>
      <div className={styles.pane}>
        <DeskPane
          tab={tab}
          counts={{ problems, steps: steps.filter(({ off }) => off !== true).length }}
          onTab={setTab}
        >
          {tab === 'problems' && (
            <>
              {check.isError && <ProblemNotice problem={problemOf(check.error)} />}
              {!isCheckedUnasked(file) && (
                <SampleCheck
                  file={file}
                  dataset={dataset}
                  columns={preview.columns}
                  seed={seed}
                  onSeed={setSeed}
                />
              )}
              <ProblemList
                at={troubles}
                known={doubts.known}
                onShow={show}
                onMend={(target, cell) => setMenu({ target, ...cell })}
              >
                {questions.map((label) => (
                  <WhichOrder
                    key={label}
                    label={label}
                    preview={preview}
                    onOrder={(choice) => chooseColumn(label, choice)}
                  />
                ))}
                {offers.map(([label, offer]) => (
                  <MessageBar key={label} intent="info" layout="multiline">
                    <MessageBarBody>
                      <MessageBarTitle>“{label}” </MessageBarTitle>is read as{' '}
                      {readAs(preview.columns, label)}.
                    </MessageBarBody>
                    <MessageBarActions>
                      <Button size="small" onClick={() => chooseColumn(label, offer)}>
                        Read “{label}” as {wordsOf(offer)}
                      </Button>
                    </MessageBarActions>
                  </MessageBar>
                ))}
                <Suggestions of={suggestions} onTake={takeSuggestion} />
              </ProblemList>
              {problems === 0 && !check.isError && isCheckedUnasked(file) && (
                <p className={styles.calm}>
                  {check.isFetching || profile.isFetching || suggested.isFetching
                    ? 'Looking at every row …'
                    : 'Nothing to look at.'}
                </p>
              )}
            </>
          )}
          {tab === 'steps' && (
            <FileSteps
              file={file}
              dataset={dataset}
              columns={preview.columns}
              writing={writing}
              effect={effect}
              picked={picked}
              onWriting={setWriting}
              onPick={setPicked}
            />
          )}
          {tab === 'column' &&
            (looked === null ? (
              <p className={styles.hint}>
                Choose a cell or the name of a column in the table: here stands what all its rows
                hold.
              </p>
            ) : (
              <FileColumn
                file={file}
                dataset={dataset}
                preview={preview}
                column={lookedColumn ?? null}
                unheld={
                  isAsked
                    ? 'Say first, under Problems, which way round its dates are written.'
                    : 'What it is held to is said of the column as all steps leave it: choose After or Both above the table.'
                }
                label={looked}
                profile={profiles.get(looked) ?? null}
                problem={profile.isError ? problemOf(profile.error) : null}
                arriving={!whole}
                isGone={profile.data !== undefined && !profile.isFetching && !profiles.has(looked)}
                isHeld={rows.isWhole && (checked?.held ?? 0) > 0}
                onAgain={() => void profile.refetch()}
                onFilter={show}
                onMenu={(target, value) => setMenu({ target, label: looked, value })}
                onRules={chooseColumn}
                onClose={() => look(null)}
              />
            ))}
        </DeskPane>
      </div>
      {menu !== null && (
        <CellMenu
          at={menu}
          column={
            profiles.get(menu.label)?.column ??
            columns.find(({ label }) => label === menu.label) ?? { type: 'text' }
          }
          onFitting={takeFitting}
          onFilter={
            show === null || menu.value === null
              ? null
              : () => show(cellFilter(menu.label, menu.value ?? '', rows.view))
          }
          onClose={() => setMenu(null)}
        />
      )}
    </>
  )
}
