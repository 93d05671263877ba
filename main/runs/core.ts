import { randomBytes } from 'node:crypto'
import { type Asked, type Contents, contentsOf } from '../../shared/domain/warehouse/contents.ts'
import { sandboxName } from '../../shared/domain/connection.ts'
import type { SavedQuery } from '../../shared/domain/warehouse/savedQuery.ts'
import type { Settings, SettingsChange } from '../../shared/domain/settings.ts'
import type { LogLine } from '../../shared/domain/logLine.ts'
import type { Unreadable } from '../../shared/domain/unreadable.ts'
import type { Problem } from '../../shared/domain/problem.ts'
import { Checking } from './looking/checking.ts'
import { Comparing } from './looking/comparing.ts'
import { Connections } from './connections/connections.ts'
import { Datasets } from './datasets.ts'
import { DeliveredBlobs } from './deliveries/deliveredBlobs.ts'
import { Drafts } from './looking/drafts.ts'
import { Extracts } from './arriving/extracts.ts'
import { SavedQueries } from './savedQueries.ts'
import { Schedules } from './arriving/schedules.ts'
import { Fixing } from './fixing/fixing.ts'
import { GroupFixing } from './fixing/groupFixing.ts'
import { HeldBack } from './fixing/heldBack.ts'
import { HeldPages } from './fixing/heldPages.ts'
import { Judging } from './fixing/judging.ts'
import { Erasing } from './erasing/erasing.ts'
import { RunFeed } from './feed.ts'
import { Holds } from './holds.ts'
import { Keeping } from './keeping.ts'
import { LeftThere } from './leftThere.ts'
import { leftBy } from './checkpoints.ts'
import { Looks } from './looking/looks.ts'
import { type OriginInput, originOf } from './deliveries/origin.ts'
import type { Origin } from '../../shared/domain/warehouse/origin.ts'
import { broughtTo, withOutside } from './outside/outside.ts'
import { Alerts } from './alerts.ts'
import { handOverRun } from './handingRun.ts'
import { Insights } from './insights.ts'
import type { AlertRepository } from './ports/alerts.ts'
import type { AuditRepository } from './ports/audit.ts'
import type { Folders } from './ports/folders.ts'
import type { HomePaths } from './ports/home.ts'
import type { InsightQuestions } from './ports/insights.ts'
import type { Rooms } from './ports/rooms.ts'
import type { SignIn } from './ports/signIn.ts'
import type { OutsideSystems } from './ports/systems.ts'
import type {
  ConnectionRepository,
  DatasetRepository,
  ExtractRepository,
  FixRepository,
  RunRepository,
  SettingsRepository,
  DraftRepository,
  RedriveRepository,
  StreamRepository,
  WatchRepository,
} from './ports/store.ts'
import type { JournalRepository } from './ports/uploading.ts'
import type { Vault } from './ports/vault.ts'
import type { QueryOutput } from './ports/warehouse.ts'
import { RunQueue } from './queue.ts'
import { Recognition } from './deliveries/recognition.ts'
import { Resending } from './deliveries/resending.ts'
import { Runner } from './runner.ts'
import type { RejectsReader } from './ports/reading.ts'
import { Runs } from './runs.ts'
import { SourceQueries } from './arriving/sourceQueries.ts'
import { Sources } from './arriving/sources.ts'
import { cleanStep } from './steps/clean.ts'
import { fetchStep } from './steps/fetch.ts'
import { loadStep } from './steps/load.ts'
import { readStep } from './steps/read.ts'
import { lineageOf, tellEnded } from './deliveries/lineage.ts'
import { triggerStep } from './steps/trigger.ts'
import { uploadStep } from './steps/upload.ts'
import { TokenKeys } from './outside/tokenKeys.ts'
import { Streams } from './streams/streams.ts'
import { Undoing } from './deliveries/undoing.ts'
import { Uploader } from './uploads/uploader.ts'
import { Uploads } from './uploads/uploads.ts'
import { verify } from './deliveries/verifying.ts'
import { WholeFiles } from './looking/wholeFiles.ts'
import { type WatchPace, Watching } from './arriving/watching.ts'
import { quiet } from './quiet.ts'

export interface CoreParts {
  version: string
  home: HomePaths
  runs: RunRepository
  journals: JournalRepository
  fixes: FixRepository
  datasets: DatasetRepository
  connections: ConnectionRepository
  settings: SettingsRepository
  watches: WatchRepository
  extracts: ExtractRepository
  streamStore: StreamRepository
  redrives: RedriveRepository
  drafts: DraftRepository
  folders: Folders
  alerts: AlertRepository
  audit: AuditRepository
  insightQuestions: InsightQuestions
  /** Into the log. */
  warn: (message: string) => void
  rooms: Rooms
  rejects: RejectsReader
  vault: Vault
  systems: OutsideSystems
  signIn: Pick<SignIn, 'deviceCodes'>
  environment: Readonly<Record<string, string | undefined>>
  logLines: () => Promise<LogLine[]>
  now: () => Date
  /** Absent: the usual one. */
  watchPace?: WatchPace
  alertEveryMs?: number
  /** As of the queue. */
  later?: (call: () => void, ms: number) => NodeJS.Timeout
  /** Closes what the parts hold: pool, database, lock. Called once, last. */
  closeParts(): Promise<void>
}

/** The public face of a class, so that a test can stand in for it. */
type Face<Class> = Pick<Class, keyof Class>

export interface Core {
  readonly app: Readonly<{ version: string; home: string; vault: Vault['persistence'] }> & {
    /** What is stored in this home and cannot be read. */
    unreadable(): Unreadable[]
    /** The last lines of the log, oldest first. */
    log(): Promise<LogLine[]>
  }
  readonly sources: Face<Sources>
  readonly looks: Face<Looks>
  readonly drafts: Omit<Face<Drafts>, 'sent'>
  readonly runs: Face<Runs>
  readonly datasets: Omit<Face<Datasets>, 'putFirst' | 'changeRule' | 'takeBack'>
  readonly connections: Pick<
    Connections,
    | 'list'
    | 'save'
    | 'remove'
    | 'test'
    | 'testTold'
    | 'testUnsaved'
    | 'browse'
    | 'createContainer'
    | 'clearUnfinished'
    | 'deviceCode'
  >
  readonly settings: {
    get(): Settings
    /** Uploads under way follow within seconds. */
    save(settings: SettingsChange): Settings
  }
  readonly warehouse: {
    query(
      sql: string,
      limit: number,
      signal: AbortSignal,
      connection?: string,
    ): Promise<QueryOutput>
    /** Its tables and deliveries, which change in the meantime. */
    contents(asked: Asked, signal: AbortSignal, connection?: string): Promise<Contents>
    origin(input: OriginInput, signal: AbortSignal): Promise<Origin>
    saved(): SavedQuery[]
    save(query: SavedQuery): void
    remove(name: string): void
  }
  readonly insights: Face<Insights>
  readonly uploads: Face<Uploads>
  readonly streams: Omit<Face<Streams>, 'begin' | 'close' | 'landedInto'>
  readonly extracts: Omit<Face<Extracts>, 'must'>
  readonly schedules: Omit<Face<Schedules>, 'begin' | 'close'>
  readonly watches: Omit<Face<Watching>, 'begin' | 'close'>
  readonly alerts: Omit<Face<Alerts>, 'begin' | 'close'>
  readonly erasures: Face<Erasing>
  readonly audit: Pick<AuditRepository, 'list' | 'verify'>
  /** Notices, in the background, what storages have lost of what was delivered, and says so on the runs. Never fails. */
  lookAfterBlobs(): Promise<void>
  /** Looks into the watched folders until the core is halted. Never fails. */
  watchFolders(): Promise<void>
  /** Lands batch after batch of the streams until the core is halted. Never fails. */
  landStreams(): Promise<void>
  /** Fetches by schedule until the core is halted. Never fails. */
  fetchOnTime(): Promise<void>
  /** Removes what was kept of ended runs for as long as is set, and what they have left elsewhere, until the core is halted. Never fails. */
  removeOld(): Promise<void>
  /** Tells people what needs them until the core is halted. Never fails. */
  tellAlerts(): Promise<void>
  /** Stops what runs, in a state from which the next start continues it. Nothing starts any more. */
  halt(): Promise<void>
  /** Halts, then closes everything. */
  close(): Promise<void>
}

/**
 * The use cases, by subject as the contract has them. The window, the browser and the command line call
 * these and nothing else. Only for the process that holds the home; what an earlier one has received and
 * no run has taken is for `sources.clear` to remove.
 */
export function createCore(given: CoreParts): Core {
  const tokenKeys = new TokenKeys(given)
  const warehouseOf = (name: string) => connections.warehouse(name)
  const outside = { ...given, tokenKeys, warehouseOf }
  const parts = { ...given, rooms: withOutside(given.rooms, outside) }
  const { home, now, rooms, settings, vault } = parts
  const changed = (runId: string): void => feed.changed(runId)
  const queries = new SourceQueries(vault, home)
  const newId = () => randomBytes(12).toString('hex')
  const sources = new Sources(home, rooms, newId, () => takenFiles(parts.runs))
  const uploader = new Uploader(parts)
  const releaseSource = queries.release.bind(queries)
  const connections = new Connections({
    ...parts,
    onSaved: (name) => queue.resumeWaitingFor(name),
    onReached: (name) => queue.tryAgain(name),
  })
  const holds = new Holds(parts.runs)
  const triggerOf = (name: string) => connections.trigger(name)
  const access = (name: string, signal: AbortSignal) => connections.account(name, signal)
  const blobs = new DeliveredBlobs({
    ...parts,
    moveBlob: (place, move, signal) => connections.moveBlob(place, move, signal),
    etagOf: (place, signal) => connections.etagOf(place, signal),
    asksNobody: (name) => connections.asksNobody(name),
    changed,
  })
  const steps = {
    fetch: fetchStep({
      ...parts,
      fullLocation: (run) => queries.fullLocation(run),
      streamOf: (name) => connections.stream(name),
      apiOf: (name) => connections.source(name),
      remoteFile: (from, signal) => connections.remoteFile(from, signal),
    }),
    read: readStep(parts),
    clean: cleanStep({ ...parts, outside, warehouseOf }),
    upload: uploadStep({
      uploader,
      runs: parts.runs,
      home,
      access,
      etagOf: (place, signal) => connections.etagOf(place, signal),
    }),
    load: loadStep({
      ...parts,
      blobs,
      changed,
      access,
      readingSas: (name, container, signal) => connections.readingSas(name, container, signal),
      warehouseOf,
      streamOf: (name) => connections.stream(name),
    }),
    trigger: triggerStep({
      triggerOf,
      lineageOf: (run) => lineageOf(parts, run),
      handOver: (run, need, to, signal) => handOverRun(parts, run, need, to, signal),
      now,
    }),
  }
  const undoing = new Undoing({
    ...parts,
    blobs,
    warehouseOf,
    changed,
  })
  const recognition = new Recognition({
    ...parts,
    undoing,
    warehouseOf,
  })
  const runner = new Runner({
    ...parts,
    steps,
    isLost: steps.upload.isLost,
    blobs,
    recognition,
    holds,
    releaseSource,
    changed,
  })
  const leftThere = new LeftThere({ ...parts, warehouseOf })
  const queue = new RunQueue({
    ...parts,
    leftThere,
    runner,
    holds,
    releaseSource,
    changed,
    tellEnded: (runId: string) => tellEnded({ ...parts, triggerOf }, runId),
    unsaved: (problem: Problem) => feed.fail(problem),
  })
  const feed: RunFeed = new RunFeed((runId) => runs.snapshot(runId))
  const drafts = new Drafts({ ...parts, sources })
  const files = new WholeFiles({ ...parts, sources, newId })
  const checking = new Checking({ ...parts, sources, files, newId, warehouseOf })
  const comparing = new Comparing({ ...parts, files, checking, newId })
  const datasets = new Datasets({ ...parts, comparing, tokenKeys, connections })
  const judging = new Judging({ ...parts, newId, changed, warehouseOf })
  const held = new HeldBack({ ...parts, judging })
  const resending = new Resending({
    ...parts,
    tokenKeys,
    sources,
    uploader,
    blobs,
    access,
    warehouseOf,
  })
  const erasing = new Erasing({
    ...parts,
    tokenKeys,
    warehouseOf,
    uploader,
    access,
    held,
    newId,
    etagOf: (place, signal) => connections.etagOf(place, signal),
  })
  const runs = new Runs({
    ...parts,
    resending,
    sources,
    queries,
    connections,
    drafts,
    feed,
    runner,
    queue,
    recognition,
    checking,
    undoing,
    verify: (run, signal) =>
      verify({ ...parts, warehouseOf, erasures: () => erasing.list() }, run, signal),
    heldPages: new HeldPages({ ...parts, held }),
    groupFixing: new GroupFixing({ ...parts, datasets, held, judging, changed }),
    fixing: new Fixing({
      ...parts,
      held,
      sources,
      newId,
      changed,
      warehouseOf,
      start: (runId) => queue.start(runId),
    }),
  })

  const watching = new Watching({
    ...parts,
    queries,
    connections,
    queue,
    pace: parts.watchPace,
    unsaved: (problem) => feed.fail(problem),
  })
  const streams = new Streams({
    ...parts,
    connections,
    queue,
    held,
    checking,
    files,
    sources,
    newId,
    changed,
    unsaved: (problem) => feed.fail(problem),
  })
  const extracts = new Extracts({ ...parts, connections, queue })
  const savedQueries = new SavedQueries({
    settings,
    mustBeWarehouse: (name) => connections.mustBe(name, 'warehouse'),
  })
  const schedules = new Schedules({ ...parts, fetching: extracts })
  const alerts = new Alerts({
    ...parts,
    runs,
    deliveries: parts.runs,
    schedules,
    streams,
    watches: watching,
    connections,
    everyMs: parts.alertEveryMs,
  })
  const keeping = new Keeping({ ...parts, queries, leftThere, changed })
  const looks = new Looks({
    ...parts,
    files,
    checking,
    newId,
    bring: (recipe, folder, signal) => broughtTo(outside, recipe, folder, signal),
  })
  const looking = new AbortController()
  let looked: Promise<void> = Promise.resolve()
  const halt = async (): Promise<void> => {
    sources.close()
    looking.abort()
    await Promise.all([watching, streams, schedules, alerts, keeping].map((one) => one.close()))
    await Promise.all([looked, queue.close(), files.close(), resending.close()])
  }
  return {
    app: {
      version: parts.version,
      home: home.folder,
      vault: vault.persistence,
      unreadable: () =>
        [parts.runs, parts.datasets, parts.connections].flatMap((shelf) => shelf.unreadable()),
      log: () => parts.logLines(),
    },
    sources,
    looks,
    drafts,
    runs,
    datasets,
    connections,
    settings: {
      get: () => settings.get(),
      save: (changed) => {
        settings.save(changed)
        return settings.get()
      },
    },
    warehouse: {
      query: async (sql, limit, signal, connection = sandboxName) =>
        await rooms.query(
          { warehouse: await connections.warehouse(connection), sql, limit },
          quiet(signal),
        ),
      contents: async (asked, signal, connection = sandboxName) => {
        const warehouse = await connections.warehouse(connection)
        const { tables, deliveries } = await rooms.contents(
          { warehouse, table: asked.table, schema: asked.schema },
          quiet(signal),
        )
        return contentsOf(connection, tables, deliveries, asked, (runId) => {
          const load = leftBy(parts.runs.steps(runId), 'load')
          return load === null || load.already ? null : load.tableRows
        })
      },
      origin: (input, signal) => originOf({ ...parts, sources, looks }, input, signal),
      saved: () => savedQueries.list(),
      save: (query) => savedQueries.save(query),
      remove: (name) => savedQueries.remove(name),
    },
    insights: new Insights({
      ...parts,
      watches: watching,
      warehouseOf,
      landedInto: (connection, topic) => streams.landedInto(connection, topic),
    }),
    uploads: new Uploads({ connections, uploader, now }),
    extracts,
    schedules,
    fetchOnTime: () => schedules.begin(),
    watches: {
      list: () => watching.list(),
      add: (input) => watching.add(input),
      remove: (id) => watching.remove(id),
      due: async (signal) => {
        await keeping.due()
        return await watching.due(signal)
      },
    },
    removeOld: () => keeping.begin(),
    watchFolders: () => watching.begin(),
    alerts,
    audit: parts.audit,
    erasures: erasing,
    tellAlerts: () => alerts.begin(),
    streams,
    landStreams: () => streams.begin(),
    lookAfterBlobs: () => (looked = blobs.lookAfter(looking.signal)),
    halt,
    close: async () => {
      await halt()
      await parts.closeParts()
    },
  }
}

/** What a run that cannot be read may have taken is kept, too. */
function takenFiles(runs: RunRepository): (file: string) => boolean {
  if (runs.unreadable().length > 0) return () => true
  const taken = new Set(runs.list({ limit: 1_000_000 }).map(({ plan }) => plan.location))
  return (file) => taken.has(file)
}
