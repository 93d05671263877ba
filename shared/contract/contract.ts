import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { Contents } from '../domain/warehouse/contents.ts'
import { Connection, ConnectionName, ConnectionTest, Offered } from '../domain/connection.ts'
import { TriggerTarget } from '../domain/datasets/dataset.ts'
import { UploadLimit } from '../domain/limit.ts'
import { LogLine } from '../domain/logLine.ts'
import { Person } from '../domain/person.ts'
import { Preview } from '../domain/files/preview.ts'
import { ProblemData } from '../domain/problem.ts'
import { Reading, Remembered } from '../domain/files/reading.ts'
import { Progress } from '../domain/runs/run.ts'
import { SavedQuery } from '../domain/warehouse/savedQuery.ts'
import { Origin } from '../domain/warehouse/origin.ts'
import { Settings, SettingsChange } from '../domain/settings.ts'
import { Unreadable } from '../domain/unreadable.ts'
import { AddableSettings, AskedSettings } from '../systems/kinds.ts'
import { call, nothing, SourceId, RunId } from './call.ts'
import { datasets } from './datasets.ts'
import { drafts } from './drafts.ts'
import { looks } from './looks.ts'
import { alerts } from './alerts.ts'
import { audit } from './audit.ts'
import { erasures } from './erasures.ts'
import { insights } from './insights.ts'
import { extracts, schedules } from './extracts.ts'
import { runs } from './runs.ts'
import { streams } from './streams.ts'
import { watches } from './watches.ts'

export const AppInfo = z.object({
  version: z.string(),
  /** `cli`: the command line, through a Pallet that is open. */
  host: z.enum(['electron', 'web', 'cli']),
  /** Where Pallet keeps its data on this computer. */
  home: z.string(),
  /** `keychain`: secrets survive a restart; `memory`: they are forgotten at exit. */
  vault: z.enum(['keychain', 'memory']),
  /** Who asks. */
  person: Person,
})
export type AppInfo = z.infer<typeof AppInfo>

const SaveConnection = z.object({
  name: ConnectionName,
  settings: AddableSettings,
  container: z.string().min(3).max(63).nullable(),
  secrets: z.record(z.string().max(63), z.string().max(8192)).optional(),
})

const BlobPlace = z.object({ connection: z.string(), container: z.string(), blob: z.string() })
const FileToBlob = z.object({
  /** Absolute path on this computer. */
  file: z.string().min(1).max(4096),
  connection: ConnectionName.optional(),
  container: z.string().min(3).max(63).optional(),
  blob: z.string().min(1).max(1024).optional(),
  ifExists: z.enum(['fail', 'replace', 'overwrite']).optional(),
  clearUnfinished: z.boolean().optional(),
})
export const UploadReport = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), progress: Progress }),
  z.object({ kind: z.literal('warning'), message: z.string() }),
])

export type UploadReport = z.infer<typeof UploadReport>

/**
 * Every call between a window and the core, in one readable map. Input and output are
 * checked on the core's side; whatever goes wrong arrives as the one error `PROBLEM`.
 */
export const contract = {
  app: {
    info: call.output(AppInfo),
    /** What is stored in this home and cannot be read; the lists go on without it. */
    unreadable: call.output(z.array(Unreadable)),
    /** The last lines of the log, oldest first; without secrets. */
    log: call.output(z.array(LogLine)),
  },
  sources: {
    /** Names a path on this computer or an https URL that the person typed. */
    open: call
      .input(z.object({ location: z.string().min(1).max(4096) }))
      .output(z.object({ source: SourceId, name: z.string(), bytes: z.number().nullable() })),
    /** Announces a file whose bytes will be `PUT /files/<source>`; null where only their end tells how many. */
    announce: call
      .input(z.object({ name: z.string().min(1).max(255), bytes: z.number().min(0).nullable() }))
      .output(z.object({ source: SourceId })),
    /** The first rows, read as given, else as remembered, or as detected. */
    preview: call
      .input(
        z.object({
          source: SourceId,
          reading: Reading.optional(),
          /** Of the dataset that it is for, where no reading is given. */
          remembered: Remembered.optional(),
          /** Another file of the archive than the reading says; then all else is detected. */
          entry: z.string().max(65_535).optional(),
          rows: z.int().min(1).max(1000).default(200),
          /** Whether the whole file is to be looked through for tables, and not its head alone. */
          everyTable: z.boolean().default(false),
        }),
      )
      .output(Preview),
  },
  looks,
  drafts,
  runs,
  datasets,
  connections: {
    list: call.output(z.array(Connection)),
    /** Adds or, with the name of an existing one, replaces. A secret that is absent stays as it is, an empty one is forgotten. */
    save: call.input(SaveConnection).output(Connection),
    remove: call.input(z.object({ name: ConnectionName })).output(nothing),
    /** Signs in where the kind asks for it, then lists what can be seen there. */
    test: call.input(z.object({ name: ConnectionName })).output(ConnectionTest),
    /** Whether what is chosen there could be started now; nothing is started. */
    testTold: call.input(TriggerTarget).output(ConnectionTest),
    /** Tests a connection that is not saved, and is not kept. The secrets that are absent are those of the connection `name`. */
    testUnsaved: call
      .input(SaveConnection.extend({ name: ConnectionName.nullable() }))
      .output(ConnectionTest),
    /** What could stand in a field of a connection, saved or not: of the connection `name` is what is absent. */
    browse: call
      .input(
        SaveConnection.pick({ secrets: true }).extend({
          name: ConnectionName.nullable(),
          settings: AskedSettings.optional(),
          field: z.string().max(63),
        }),
      )
      .output(Offered),
    createContainer: call
      .input(z.object({ name: ConnectionName, container: z.string().min(3).max(63) }))
      .output(nothing),
    /** Drops blocks that other programs have left unfinished under a blob's name; a blob that is there stays as it is. */
    clearUnfinished: call
      .input(
        z.object({
          connection: ConnectionName,
          container: z.string().min(3).max(63),
          blob: z.string().min(1).max(1024),
        }),
      )
      .output(nothing),
    /** While a device-code sign-in waits: what the person must type where. */
    deviceCode: call.output(
      eventIterator(
        z.object({
          connection: z.string(),
          url: z.string(),
          code: z.string(),
          message: z.string(),
        }),
      ),
    ),
  },
  /** One file, byte for byte; not read and not cleaned. The result comes as the end of the stream. */
  uploads: {
    /** What `send` would send, and why. Changes nothing. */
    plan: call.input(FileToBlob).output(
      eventIterator(
        UploadReport,
        BlobPlace.extend({
          bytes: z.number(),
          blocks: z.array(
            z.object({
              offset: z.number(),
              bytes: z.number(),
              why: z.enum(['stored', 'staged', 'new']),
            }),
          ),
          treeHash: z.string(),
          fate: z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('created') }),
            z.object({ kind: z.literal('replaced') }),
            z.object({ kind: z.literal('refused'), problem: ProblemData }),
          ]),
          foreignBlocks: z.boolean(),
        }),
      ),
    ),
    send: call
      .input(FileToBlob.extend({ wholeMd5: z.boolean().optional(), limit: UploadLimit.optional() }))
      .output(
        eventIterator(
          UploadReport,
          BlobPlace.extend({
            bytes: z.number(),
            etag: z.string(),
            blocks: z.number(),
            blocksSent: z.number(),
            bytesSent: z.number(),
            treeHash: z.string().optional(),
            md5: z.string().optional(),
          }),
        ),
      ),
  },
  streams,
  extracts,
  schedules,
  watches,
  alerts,
  audit,
  erasures,
  insights,
  settings: {
    get: call.output(Settings),
    /** Holds for uploads under way, too. */
    save: call.input(SettingsChange).output(Settings),
  },
  warehouse: {
    /** One read-only statement on a warehouse, the built-in one if none is named; at most `limit` rows come back. */
    query: call
      .input(
        z.object({
          sql: z.string().min(1).max(100_000),
          limit: z.int().min(1).max(10_000),
          connection: ConnectionName.optional(),
        }),
      )
      .output(
        z.object({
          columns: z.array(z.string()),
          rows: z.array(z.array(z.union([z.string(), z.null()]))),
          truncated: z.boolean(),
        }),
      ),
    /** What stands in a warehouse, and at most `limit` of the deliveries that brought it there; of one table, if one is named. */
    contents: call
      .input(
        z.object({
          connection: ConnectionName.optional(),
          table: z.string().min(1).max(255).optional(),
          schema: z.string().min(1).max(255).optional(),
          limit: z.int().min(1).max(10_000),
        }),
      )
      .output(Contents),
    /** From which line of which file the row of a table has come; `cells`: what it has, by the names of its columns. */
    origin: call
      .input(
        RunId.extend({
          cells: z.record(z.string().max(255), z.string().max(100_000).nullable()),
        }),
      )
      .output(Origin),
    /** Statements that are asked again, by name. */
    saved: call.output(z.array(SavedQuery)),
    /** In the place of another one of that name. */
    save: call.input(SavedQuery).output(nothing),
    remove: call.input(SavedQuery.pick({ name: true })).output(nothing),
  },
}
export type PalletContract = typeof contract
