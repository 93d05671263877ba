import { QueryClient, queryOptions, skipToken } from '@tanstack/react-query'
import type { DesktopBridge } from '../../shared/contract/bridge.ts'
import type { Sample } from '../../shared/domain/files/check.ts'
import { optionOf } from '../../shared/domain/columns/columnChoice.ts'
import { type Column, type Dataset, rememberedBy } from '../../shared/domain/datasets/dataset.ts'
import type { GroupFix, RowsToFix } from '../../shared/domain/fixing/groupFix.ts'
import type { Board, InsightFilter } from '../../shared/domain/warehouse/insights.ts'
import { isFinished, runStates } from '../../shared/domain/runs/run.ts'
import type { Recipe } from '../../shared/domain/recipe/recipe.ts'
import { sentColumns } from '../../shared/domain/columns/sentColumns.ts'
import type { SimilarBy } from '../../shared/domain/cells/similar.ts'
import type { RunFilter, RunList } from '../../shared/domain/runs/runList.ts'
import type { ChosenFile } from './chosenFiles.ts'
import { isHeaderSettled, sentUnder } from './header.ts'
import type { Client } from './host.ts'
import { problemOf } from './problem.ts'
import { changedSteps, writtenFault } from './recipes.ts'

/**
 * Every question the screens ask the core, each with its key: `useQuery(datasetsQuery(client))`
 * to ask, `invalidateQueries({ queryKey: datasetsQuery(client).queryKey })` to have it asked anew.
 *
 * `networkMode: always`: the core is on this computer, so the state of the internet says
 * nothing about it. No retries: the link waits for the core itself, and a Problem does not
 * go away by asking again.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        staleTime: 30_000,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}

export const appQuery = (client: Client) =>
  queryOptions({
    queryKey: ['app'],
    queryFn: ({ signal }) => client.app.info(undefined, { signal }),
    staleTime: Infinity,
  })

export const unreadableQuery = (client: Client) =>
  queryOptions({
    queryKey: ['unreadable'],
    queryFn: ({ signal }) => client.app.unreadable(undefined, { signal }),
  })

export const datasetsQuery = (client: Client) =>
  queryOptions({
    queryKey: ['datasets'],
    queryFn: ({ signal }) => client.datasets.list(undefined, { signal }),
  })

/** What stands in a warehouse, and the newest deliveries into it. */
export const contentsQuery = (client: Client, connection: string) =>
  queryOptions({
    queryKey: ['contents', connection],
    queryFn: ({ signal }) => client.warehouse.contents({ connection, limit: 1000 }, { signal }),
    // Runs change it at any moment.
    staleTime: 0,
  })

/** Where a row of a table has come from; `runId`: null where nobody has asked, or none has brought it. */
export const originQuery = (
  client: Client,
  runId: string | null,
  cells: Readonly<Record<string, string | null>>,
) =>
  queryOptions({
    queryKey: ['origin', runId, cells],
    queryFn:
      runId === null
        ? skipToken
        : ({ signal }) => client.warehouse.origin({ runId, cells }, { signal }),
  })

/** Statements that are asked again under their names. */
export const savedQueriesQuery = (client: Client) =>
  queryOptions({
    queryKey: ['saved-queries'],
    queryFn: ({ signal }) => client.warehouse.saved(undefined, { signal }),
  })

/** Which columns hold sales and stock. */
export const insightTablesQuery = (client: Client) =>
  queryOptions({
    queryKey: ['insights', 'tables'],
    queryFn: ({ signal }) => client.insights.tables(undefined, { signal }),
  })

/** What there is to choose from. */
export const insightSetupQuery = (client: Client) =>
  queryOptions({
    queryKey: ['insights', 'setup'],
    queryFn: ({ signal }) => client.insights.setup(undefined, { signal }),
    staleTime: 0,
    retry: givesWay,
  })

/** The pictures of a board; an answer that a filter has made useless is not waited for. */
export const boardQuery = (client: Client, board: Board, filter: InsightFilter) =>
  queryOptions({
    queryKey: ['insights', 'board', board, filter],
    queryFn: ({ signal }) => client.insights.board({ board, filter }, { signal }),
    // Runs change it at any moment.
    staleTime: 0,
    retry: givesWay,
  })

/** How soon a picture that is older than what has landed is asked for again, and how soon one that is not. */
const landedMs = 2000
const unchangedMs = 30_000

/**
 * What the rows of a topic add up to. `landed`: how far it is landed now; while the answer is of an earlier moment it is asked again, one
 * question at a time, and none while nobody looks.
 */
export const topicPictureQuery = (
  client: Client,
  connection: string,
  topic: string,
  landed: string,
) =>
  queryOptions({
    queryKey: ['insights', 'topic', connection, topic],
    queryFn: async ({ signal }) => ({
      landed,
      picture: await client.insights.topic({ connection, topic }, { signal }),
    }),
    refetchInterval: ({ state }) => (state.data?.landed === landed ? unchangedMs : landedMs),
    staleTime: 0,
    retry: givesWay,
    retryDelay: landedMs,
  })

/** A run that loads its rows goes first; what it ended is asked again. */
const givesWay = (count: number, error: unknown): boolean =>
  count < 20 && problemOf(error).code === 'warehouse-in-use'

/** What can be chosen at a connection, which is asked once as long as it is on screen. */
export const placesQuery = (client: Client, name: string) =>
  queryOptions({
    queryKey: ['places', name],
    queryFn: ({ signal }) => client.connections.test({ name }, { signal }),
    staleTime: Infinity,
    gcTime: 0,
  })

/** What was told of the last delivered file of a dataset. */
export const toldDoubtsQuery = (client: Client, dataset: Dataset | null) => {
  const name = dataset?.name ?? ''
  return queryOptions({
    queryKey: ['told', name],
    queryFn: ({ signal }) => client.datasets.toldDoubts({ name }, { signal }),
    enabled: dataset !== null,
    staleTime: 0,
  })
}

/** How a dataset was at its times, newest first; what changes the dataset changes its key. */
export const versionsQuery = (
  client: Client,
  { name, updatedAt }: Pick<Dataset, 'name' | 'updatedAt'>,
) =>
  queryOptions({
    queryKey: ['versions', name, updatedAt],
    queryFn: ({ signal }) => client.datasets.versions({ name }, { signal }),
  })

/** Files come, and become late, without anybody having done anything. */
export const watchesQuery = (client: Client) =>
  queryOptions({
    queryKey: ['watches'],
    queryFn: ({ signal }) => client.watches.list(undefined, { signal }),
    refetchInterval: 10_000,
  })

/** What is fetched from shop systems, and when. */
export const schedulesQuery = (client: Client) =>
  queryOptions({
    queryKey: ['schedules'],
    queryFn: ({ signal }) => client.schedules.list(undefined, { signal }),
    refetchInterval: 10_000,
  })

/** Receivers go away, and come back, without anybody having done anything. */
export const alertsQuery = (client: Client) =>
  queryOptions({
    queryKey: ['alerts'],
    queryFn: ({ signal }) => client.alerts.list(undefined, { signal }),
    refetchInterval: 10_000,
  })

/** Topics that are landed batch after batch; batches come, and stand still, without anybody having done anything. */
export const streamsQuery = (client: Client) =>
  queryOptions({
    queryKey: ['streams'],
    queryFn: ({ signal }) => client.streams.list(undefined, { signal }),
    refetchInterval: 5000,
  })

/** A broker is asked again and again only while somebody looks. */
const brokerMs = 5000

export const topicsQuery = (client: Client, connection: string) =>
  queryOptions({
    queryKey: ['topics', connection],
    queryFn: ({ signal }) => client.streams.topics({ connection }, { signal }),
    refetchInterval: brokerMs,
    staleTime: 0,
    gcTime: 0,
  })

export const groupsQuery = (client: Client, connection: string, topic: string) =>
  queryOptions({
    queryKey: ['groups', connection, topic],
    queryFn: ({ signal }) => client.streams.groups({ connection, topic }, { signal }),
    refetchInterval: brokerMs,
    staleTime: 0,
    gcTime: 0,
  })

export const deadLettersQuery = (client: Client, connection: string, topic: string) =>
  queryOptions({
    queryKey: ['deadLetters', connection, topic],
    queryFn: () => client.streams.deadLetters({ connection, topic }),
    refetchInterval: 15_000,
  })

export const connectionsQuery = (client: Client) =>
  queryOptions({
    queryKey: ['connections'],
    queryFn: ({ signal }) => client.connections.list(undefined, { signal }),
  })

export const settingsQuery = (client: Client) =>
  queryOptions({
    queryKey: ['settings'],
    queryFn: ({ signal }) => client.settings.get(undefined, { signal }),
  })

/** The newest of what people have done. */
export const erasuresQuery = (client: Client) =>
  queryOptions({
    queryKey: ['erasures'],
    queryFn: ({ signal }) => client.erasures.list(undefined, { signal }),
  })

export const auditQuery = (client: Client) =>
  queryOptions({
    queryKey: ['audit'],
    queryFn: ({ signal }) => client.audit.list({ limit: 200 }, { signal }),
    staleTime: 0,
  })

export const logQuery = (client: Client) =>
  queryOptions({
    queryKey: ['log'],
    queryFn: ({ signal }) => client.app.log(undefined, { signal }),
    staleTime: 0,
  })

/** Of the desktop alone, and asked of Electron's main process. */
export const desktopQuery = (desktop: DesktopBridge<File>) =>
  queryOptions({ queryKey: ['desktop'], queryFn: () => desktop.settings() })

/** What every list of runs has at the head of its key, and every count of them. */
export const runListsKey = ['runs'] as const
export const listedRunsKey = [...runListsKey, 'list'] as const

export const runsQuery = (client: Client, list: RunList) =>
  queryOptions({
    queryKey: [...listedRunsKey, list],
    queryFn: ({ signal }) => client.runs.list(list, { signal }),
    // The live runs write into every list; one that moved on leaves those it no longer fits.
    select: (all) =>
      list.states === undefined
        ? all
        : all.filter(({ state }) => list.states?.includes(state) === true),
  })

/** How many runs fit, however many a list shows. */
export const runCountQuery = (client: Client, filter: RunFilter) =>
  queryOptions({
    queryKey: [...runListsKey, 'count', filter],
    queryFn: ({ signal }) => client.runs.count(filter, { signal }),
  })

export const unfinishedStates = runStates.filter((state) => !isFinished(state))

/** Every run that has not ended; the live runs keep it current. */
export const unfinishedRunsQuery = (client: Client) =>
  runsQuery(client, { states: unfinishedStates, limit: 1000 })

/** What everything that is asked of one run has at the head of its key. */
export const runKey = (runId: string) => ['run', runId] as const

export const runQuery = (client: Client, runId: string) =>
  queryOptions({
    queryKey: [...runKey(runId), 'receipt'],
    queryFn: ({ signal }) => client.runs.get({ runId }, { signal }),
    staleTime: 0,
  })

/** The history of a run; the live runs say when it has grown. */
export const eventsQuery = (client: Client, runId: string) =>
  queryOptions({
    queryKey: [...runKey(runId), 'events'],
    queryFn: ({ signal }) => client.runs.events({ runId }, { signal }),
    staleTime: 0,
  })

/** What discarding these runs would free, in bytes. */
export const keptBytesQuery = (client: Client, runIds: readonly string[]) =>
  queryOptions({
    queryKey: ['kept', ...runIds],
    queryFn: async ({ signal }) => {
      let bytes = 0
      for (const runId of runIds) bytes += await client.runs.keptBytes({ runId }, { signal })
      return bytes
    },
    staleTime: 0,
  })

export const rejectsQuery = (
  client: Client,
  runId: string,
  { offset, limit, group }: { offset: number; limit: number; group?: string | undefined },
) =>
  queryOptions({
    queryKey: [...runKey(runId), 'rejects', offset, limit, group ?? ''],
    queryFn: ({ signal }) => client.runs.rejects({ runId, offset, limit, group }, { signal }),
  })

/** What could repair the rows of a group; asked anew when one of the run's rows changes. */
export const proposedFixesQuery = (client: Client, runId: string, group: string) =>
  queryOptions({
    queryKey: [...runKey(runId), 'proposed', group],
    queryFn: ({ signal }) => client.runs.proposeFixes({ runId, group }, { signal }),
  })

/** What a fix of many rows would do to them as they are now. */
export const foreseenFixQuery = (
  client: Client,
  runId: string,
  which: RowsToFix,
  fix: GroupFix | null,
) =>
  queryOptions({
    queryKey: [...runKey(runId), 'foreseen', which, fix],
    queryFn: ({ signal }) =>
      fix === null ? null : client.runs.foreseeFix({ runId, which, fix }, { signal }),
  })

/** How many rows that are not home yet have a cell. */
export const sameCellQuery = (
  client: Client,
  runId: string,
  cell: { column: number; value: string },
) =>
  queryOptions({
    queryKey: [...runKey(runId), 'same', cell],
    queryFn: async ({ signal }) =>
      (await client.runs.rejects({ runId, offset: 0, limit: 1, cell }, { signal })).found,
  })

/** A whole file of more than this is judged only when it is sent; before, a sample of it. */
const checkedBytes = 100 * 1024 * 1024

/** Whether all its rows are judged without anybody having asked. */
export function isCheckedUnasked({ bytes }: ChosenFile): boolean {
  return (bytes ?? Infinity) <= checkedBytes
}

/** A whole file with what is chosen of it now. */
export function wholeFile(
  file: ChosenFile,
  dataset: Dataset | null,
  seen: readonly Column[] | null,
) {
  const { reading, header } = file.choices
  const recipe = changedSteps(file.choices, dataset)
  const hasChoice = Object.keys(file.choices.columns).length > 0
  const columns =
    hasChoice && seen !== null
      ? sentColumns(seen, sentUnder(seen, dataset, file.choices), file.choices.columns)
      : null
  const name = dataset?.name ?? null
  return {
    key: [
      file.source,
      name,
      reading,
      dataset?.reading ?? null,
      columns,
      recipe ?? dataset?.recipe ?? null,
      header,
    ] as const,
    input: {
      ...(header === null ? {} : { header }),
      source: file.source ?? '',
      ...(reading === null ? {} : { reading }),
      ...(columns === null ? {} : { columns }),
      ...(recipe === null ? {} : { recipe }),
    },
  }
}

/** The file with what is chosen of its types: no rule changes what a column holds. */
function typedAlone(file: ChosenFile, seen: readonly Column[] | null): ChosenFile {
  const columns = Object.fromEntries(
    Object.entries(file.choices.columns).flatMap(([label, { rules, ...type }]) => {
      const column = seen?.find((one) => one.label === label)
      const isType =
        rules === undefined || column === undefined || optionOf(column) !== optionOf(type)
      return isType ? [[label, type]] : []
    }),
  )
  return { ...file, choices: { ...file.choices, columns } }
}

/** Whether a run would take the steps as they are written now. */
function isFitting(file: ChosenFile, dataset: Dataset | null, seen: readonly Column[]): boolean {
  const labels = seen.map(({ label }) => label)
  return (
    writtenFault(file.choices, dataset, labels) === null &&
    isHeaderSettled(seen, dataset, file.choices)
  )
}

/** What a run would make of the whole file, with the types as they are chosen now. */
export const checkQuery = (
  client: Client,
  file: ChosenFile,
  dataset: Dataset | null,
  seen: readonly Column[] | null,
) => {
  return checkOf(client, file, dataset, seen, isCheckedUnasked(file))
}

/** The same of some of its records. */
export const sampleQuery = (
  client: Client,
  file: ChosenFile,
  dataset: Dataset | null,
  seen: readonly Column[],
  sample: Sample | null,
) => checkOf(client, file, dataset, seen, sample !== null, sample ?? undefined)

const checkOf = (
  client: Client,
  file: ChosenFile,
  dataset: Dataset | null,
  seen: readonly Column[] | null,
  isAsked: boolean,
  sample?: Sample,
) => {
  const { key, input } = wholeFile(file, dataset, seen)
  const name = file.choices.dataset.trim()
  return queryOptions({
    queryKey: ['check', ...key, sample] as const,
    queryFn: ({ signal }) => client.runs.check({ ...input, dataset: name, sample }, { signal }),
    enabled:
      isAsked &&
      seen !== null &&
      file.arrival.state === 'here' &&
      name !== '' &&
      isFitting(file, dataset, seen),
    staleTime: Infinity,
  })
}

/** A file of more than this is profiled only when somebody looks at one of its columns. */
const profiledBytes = 20 * 1024 * 1024

/** Whether its columns are looked at without anybody having asked. */
export function isProfiledUnasked({ bytes }: ChosenFile): boolean {
  return (bytes ?? Infinity) <= profiledBytes
}

/** What the columns of the whole file hold. It may take minutes, so somebody has to ask for it. */
export const profileQuery = (
  client: Client,
  file: ChosenFile,
  dataset: Dataset | null,
  seen: readonly Column[] | null,
) => {
  const { key, input } = wholeFile(typedAlone(file, seen), dataset, seen)
  return queryOptions({
    queryKey: ['profile', ...key] as const,
    queryFn: ({ signal }) =>
      client.runs.profile(
        { ...input, ...(dataset === null ? {} : { dataset: dataset.name }) },
        { signal },
      ),
    enabled: seen !== null && isFitting(file, dataset, seen),
    staleTime: Infinity,
  })
}

/** Which steps a file asks for behind those that it has, with what each would do. */
export const suggestionsQuery = (
  client: Client,
  file: ChosenFile,
  dataset: Dataset | null,
  seen: readonly Column[],
) => {
  const { key, input } = wholeFile(typedAlone(file, seen), dataset, seen)
  return queryOptions({
    queryKey: ['suggestions', ...key] as const,
    queryFn: ({ signal }) =>
      client.runs.suggest(
        { ...input, ...(dataset === null ? {} : { dataset: dataset.name }) },
        { signal },
      ),
    enabled: isFitting(file, dataset, seen),
    staleTime: Infinity,
  })
}

/** Which values of a column are likely spellings of one, behind some steps. */
export const similarQuery = (
  client: Client,
  file: ChosenFile,
  dataset: Dataset | null,
  recipe: Recipe,
  asked: { column: string; by: SimilarBy | null },
) => {
  const { key, input } = wholeFile(file, dataset, null)
  return queryOptions({
    queryKey: ['similar', ...key, recipe, asked] as readonly unknown[],
    queryFn: ({ signal }) =>
      client.runs.similar(
        { ...input, recipe, ...asked, ...(dataset === null ? {} : { dataset: dataset.name }) },
        { signal },
      ),
    staleTime: Infinity,
  })
}

/** The first rows of a file, read by the person's choice, else as its dataset remembers, else as detected. */
export const previewQuery = (client: Client, file: ChosenFile, dataset: Dataset | null) => {
  const { reading } = file.choices
  const how = reading === null ? rememberedBy(dataset) : { reading }
  return queryOptions({
    queryKey: ['preview', file.source, how] as const,
    queryFn: ({ signal }) =>
      client.sources.preview({ source: file.source ?? '', ...how, rows: 200 }, { signal }),
    gcTime: 10 * 60_000,
  })
}
