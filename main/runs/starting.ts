import { refuseHeldTo } from '../../shared/domain/recipe/cleanElsewhere.ts'
import type {
  ChosenDestination,
  Column,
  Destination,
} from '../../shared/domain/datasets/dataset.ts'
import type { IfDelivered } from '../../shared/domain/runs/decision.ts'
import type { HeaderMap } from '../../shared/domain/columns/headerMap.ts'
import { completeDestination, refuseName, wrongName } from '../../shared/domain/datasets/names.ts'
import type { Reading } from '../../shared/domain/files/reading.ts'
import type { ChosenRecipe } from '../../shared/domain/recipe/recipe.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { wrongKey } from '../../shared/domain/streams/topic.ts'
import type { Plan } from '../../shared/domain/runs/run.ts'
import type { Connections } from './connections/connections.ts'
import { heldToNow } from './heldTo.ts'
import type { DatasetRepository, RunRepository, WatchedFile } from './ports/store.ts'
import { quiet } from './quiet.ts'
import type { Rooms } from './ports/rooms.ts'
import type { RunQueue } from './queue.ts'
import { newRunId } from './runId.ts'
import type { SourceQueries } from './arriving/sourceQueries.ts'
import type { TakenSource } from './arriving/sources.ts'

export interface StartingParts {
  rooms: Pick<Rooms, 'topicNow'>
  runs: RunRepository
  datasets: DatasetRepository
  queries: SourceQueries
  connections: Connections
  queue: RunQueue
  now: () => Date
}

export interface StartInput {
  source: string
  /** Made of the name that somebody else knows it by; refused when there is one. */
  runId?: string | undefined
  dataset: string
  reading?: Reading | undefined
  columns?: Column[] | undefined
  recipe?: ChosenRecipe | undefined
  /** What becomes of columns that are not as the dataset knows them. */
  header?: HeaderMap | undefined
  destination: ChosenDestination
  /** Whether the dataset keeps the meaning of this file; a new dataset always does. */
  remember?: boolean | undefined
  ifDelivered?: IfDelivered | undefined
  /** Few rows may take the place of many, without a question. */
  allowShrink?: boolean | undefined
  addColumns?: boolean | undefined
}

/** What a run is given to work with. */
export interface ToTake {
  name: string
  take: () => Promise<TakenSource>
  /** Where it lies in a watched folder; absent: a person has chosen it. */
  watched?: WatchedFile
  /** The folder of a connection in which it lies. */
  from?: Plan['from']
}

/** Puts a run in line. Throws `usage` for what cannot be sent as it was chosen. */
export async function startRun(
  parts: StartingParts,
  input: Omit<StartInput, 'source'>,
  { name, take, watched, from }: ToTake,
): Promise<{ runId: string }> {
  const { runs, datasets, queries, connections, queue, now } = parts
  const at = now()
  const id = input.runId ?? newRunId(at)
  const known = datasets.get(input.dataset)
  const destination = completeDestination(
    input.destination,
    { name: input.dataset, destination: known?.destination ?? null },
    { name, at, run: id },
    connections,
  )
  connections.mustExist(destination)
  const { cleanOn } = destination.warehouse ?? {}
  if (cleanOn !== undefined)
    refuseHeldTo(cleanOn, known, { columns: input.columns, steps: input.recipe?.steps })
  refuseName(wrongName(input.dataset, destination, known))
  await refuseTopic(parts, input, destination)
  const taken = await take()
  // The one moment in which the source becomes the run's; the list refuses an id that is there.
  runs.create({
    id,
    dataset: input.dataset,
    plan: {
      source: taken.source,
      location: taken.location,
      destination,
      reading: input.reading ?? null,
      columns: input.columns ?? null,
      recipe: input.recipe,
      heldTo: heldToNow(datasets, input.dataset),
      header: input.header,
      remember: input.remember ?? false,
      ifDelivered: input.ifDelivered,
      allowShrink: input.allowShrink,
      addColumns: input.addColumns,
      from,
    },
    at: at.toISOString(),
    watched,
  })
  try {
    await queries.keep(id, taken.query)
  } catch (error) {
    runs.remove(id)
    throw error
  }
  taken.handOver()
  queue.start(id)
  return { runId: id }
}

/** The brokers are asked no longer than this before a run is put in line. */
const askMs = 5000

/**
 * What of a topic would be found out only when all is cleaned: that it is not there, or the rows have no such key. Brokers that cannot be reached now
 * are no reason, for the run waits for them.
 */
async function refuseTopic(
  { rooms, connections, datasets }: StartingParts,
  { dataset, columns, header, recipe }: Omit<StartInput, 'source'>,
  { topic: target }: Destination,
): Promise<void> {
  if (target === undefined) return
  const known = datasets.get(dataset)?.contract?.columns
  const isAsKnown = columns === undefined && header === undefined && recipe === undefined
  const wrong =
    known === undefined || !isAsKnown
      ? null
      : wrongKey(
          target.key,
          known.map(({ name }) => name),
        )
  if (wrong !== null)
    throw new Problem({
      code: 'usage',
      what: wrong,
      did: 'Nothing was sent.',
      advice: 'Choose a key of these columns.',
    })
  const stream = await connections.stream(target.connection)
  const asked = { stream, topic: target.topic, landed: new Map<number, number>() }
  await rooms.topicNow(asked, quiet(AbortSignal.timeout(askMs))).catch((error: unknown) => {
    if (Problem.from(error).code === 'not-found') throw error
  })
}
