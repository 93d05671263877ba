import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { Check } from '../domain/check.ts'
import { ColumnChange } from '../domain/columnChange.ts'
import { Compared } from '../domain/compared.ts'
import { Connection, ConnectionName, ConnectionTest } from '../domain/connection.ts'
import { Answer, IfDelivered } from '../domain/decision.ts'
import { ChosenDestination, Column, Contract, Dataset, RowBounds } from '../domain/dataset.ts'
import { DatasetFile } from '../domain/datasetFile.ts'
import { EffectState, WorkedColumn, WorkedRow } from '../domain/effect.ts'
import { BroughtBack, FixChange, HeldPage, UnclearDay } from '../domain/fixing.ts'
import { ChangedCell, FixEffect, GroupFix, ProposedFix, RowsToFix } from '../domain/groupFix.ts'
import { HeaderMap } from '../domain/headerMap.ts'
import { UploadLimit } from '../domain/limit.ts'
import { LookFilter, LookOrder, LookRow, LookState } from '../domain/look.ts'
import { LogLine } from '../domain/logLine.ts'
import { Unreadable } from '../domain/unreadable.ts'
import { Preview } from '../domain/preview.ts'
import { Profile } from '../domain/profile.ts'
import { ProblemData } from '../domain/problem.ts'
import { Reading, Remembered } from '../domain/reading.ts'
import { ChosenRecipe, Recipe } from '../domain/recipe.ts'
import { Progress, Receipt, Run, RunEvent } from '../domain/run.ts'
import { RunFilter, RunOrder } from '../domain/runList.ts'
import { SimilarValues, similarBy } from '../domain/similar.ts'
import { Suggestions } from '../domain/suggestion.ts'
import { Settings, SettingsChange } from '../domain/settings.ts'
import { DatasetVersion, Why } from '../domain/version.ts'
import { AddableSettings } from '../systems/kinds.ts'

/**
 * Every call between a window and the core, in one readable map. Input and output are
 * checked on the core's side; whatever goes wrong arrives as the one error `PROBLEM`.
 */
const call = oc.errors({ PROBLEM: { data: ProblemData } })

const RunId = z.object({ runId: z.string().min(1).max(64) })
const nothing = z.void()

/**
 * A file the person has chosen, known to the window only by an opaque id: in Electron the
 * id stands for a path, in the browser for bytes that are being sent to the host.
 */
export const SourceId = z.string().min(1).max(64)

export const AppInfo = z.object({
  version: z.string(),
  /** `cli`: the command line, through a Pallet that is open. */
  host: z.enum(['electron', 'web', 'cli']),
  /** Where Pallet keeps its data on this computer. */
  home: z.string(),
  /** `keychain`: secrets survive a restart; `memory`: they are forgotten at exit. */
  vault: z.enum(['keychain', 'memory']),
})
export type AppInfo = z.infer<typeof AppInfo>

export const StartRun = z.object({
  source: SourceId,
  dataset: z.string().min(1).max(63),
  /** Given only when the person changed what was detected. */
  reading: Reading.optional(),
  columns: z.array(Column).optional(),
  /** Given only when the person changed the cleaning steps. */
  recipe: ChosenRecipe.optional(),
  /** What becomes of columns that are not as the dataset knows them. */
  header: HeaderMap.optional(),
  destination: ChosenDestination,
  /** The dataset keeps the meaning that was chosen for this file. */
  remember: z.boolean().optional(),
  /** What was decided beforehand about a file that was delivered before. */
  ifDelivered: IfDelivered.optional(),
  /** Few rows may take the place of many, without a question. */
  allowShrink: z.boolean().optional(),
})
export type StartRun = z.infer<typeof StartRun>

/** A chosen file, and what of its rows is wanted. */
const Look = StartRun.pick({ source: true, reading: true, columns: true, header: true }).extend({
  dataset: StartRun.shape.dataset.optional(),
  /** In place of the dataset's. */
  recipe: Recipe.optional(),
})
const LookThrough = Look.extend({
  filters: z.array(LookFilter).max(20),
  order: LookOrder.nullable(),
  /** The columns that these name, as they are shown. */
  typed: z.array(Column).max(21),
})

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

/** Rows that go out of a table, rows of before that come back to it, and what becomes of the blob, in words. */
const Undone = z.object({
  table: z.string(),
  out: z.number(),
  back: z.number(),
  tableRows: z.number(),
  /** The runs that had completed it, and go with it. */
  completions: z.array(z.string()),
  undoneAt: z.string().nullable(),
  blob: z.string().nullable(),
})

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
  /** Every row of a chosen file, before it is sent. */
  looks: {
    /** How far it has been read. What was read is kept for as long as somebody follows. */
    follow: call
      .input(Look.omit({ columns: true, recipe: true, header: true }))
      .output(eventIterator(LookState)),
    /** Rows from `from` on, counted from 0, and how many there are in all so far. */
    rows: call
      .input(LookThrough.extend({ from: z.int().min(0), limit: z.int().min(1).max(500) }))
      .output(z.object({ rows: z.array(LookRow), total: z.number() })),
    /** The row, from 0, in which a line of the file stands, or the last before it; null: there is none. */
    find: call.input(LookThrough.extend({ line: z.int().min(1) })).output(z.number().nullable()),
    /** What a recipe does to every row; it is kept nowhere. Ends when that is known. */
    effect: call
      .input(Look.omit({ columns: true }).extend({ recipe: Recipe }))
      .output(eventIterator(EffectState)),
    /**
     * Rows as the first `upTo` steps of a recipe leave them, beside what they are after the first `since`. Rows that are dropped keep
     * their places; filters and order look at the cells as those steps leave them.
     */
    worked: call
      .input(
        LookThrough.omit({ columns: true }).extend({
          recipe: Recipe,
          since: z.int().min(0),
          upTo: z.int().min(0),
          from: z.int().min(0),
          limit: z.int().min(1).max(500),
        }),
      )
      .output(
        z.object({
          columns: z.array(WorkedColumn),
          rows: z.array(WorkedRow),
          total: z.number(),
        }),
      ),
  },
  runs: {
    start: call.input(StartRun).output(RunId),
    /** The file of a run as a chosen one, to be looked at and sent with other choices. */
    chooseAgain: call.input(RunId).output(
      z.object({
        source: SourceId,
        name: z.string(),
        bytes: z.number().nullable(),
        reading: Reading.nullable(),
        columns: z.array(Column).nullable(),
        recipe: ChosenRecipe.nullable(),
      }),
    ),
    /** What a run would make of the whole file; nothing is sent, loaded or remembered. */
    check: call.input(Look.extend({ dataset: StartRun.shape.dataset })).output(Check),
    /** What the columns of the whole file hold, as the dataset has them, or as the file suggests. */
    profile: call.input(Look).output(Profile),
    /** Which steps the whole file asks for, behind the recipe that is given, else the dataset's. */
    suggest: call.input(Look).output(Suggestions),
    /** Which values of a column, as the recipe leaves it, are likely spellings of one. */
    similar: call
      .input(
        Look.extend({
          column: z.string().min(1).max(10_000),
          by: z.enum(similarBy),
        }),
      )
      .output(SimilarValues),
    list: call
      .input(
        RunFilter.extend({
          order: RunOrder.optional(),
          offset: z.int().min(0).default(0),
          limit: z.int().min(1).max(1000).default(200),
        }),
      )
      .output(z.array(Run)),
    count: call.input(RunFilter).output(z.number()),
    get: call.input(RunId).output(z.object({ run: Run, receipt: Receipt })),
    events: call.input(RunId).output(z.array(RunEvent)),
    /** Snapshots of runs as they change, at most one in `intervalMs` each; starts with `first`, or every unfinished run. */
    watch: call
      .input(
        z
          .object({
            first: z.array(z.string().min(1).max(64)).max(1000).optional(),
            intervalMs: z.int().min(0).max(10_000).optional(),
          })
          .optional(),
      )
      .output(eventIterator(Run)),
    /** Held-back rows that are not home yet: a part of them, or of those of one group, or with one cell. */
    rejects: call
      .input(
        RunId.extend({
          offset: z.int().min(0),
          limit: z.int().min(1).max(500),
          ...RowsToFix.shape,
        }),
      )
      .output(HeldPage),
    /** What could repair the rows of a group, each counted. */
    proposeFixes: call
      .input(RunId.extend({ group: z.string().max(1000) }))
      .output(z.array(ProposedFix)),
    /** What a fix of many rows would do; nothing is changed. */
    foreseeFix: call
      .input(RunId.extend({ which: RowsToFix, fix: GroupFix }))
      .output(FixEffect.extend({ examples: z.array(ChangedCell) })),
    /** Fixes many rows at once. `remember`: its steps become the first ones of the dataset. Answers by which number it is undone. */
    fixTogether: call
      .input(RunId.extend({ which: RowsToFix, fix: GroupFix, remember: z.boolean() }))
      .output(FixEffect.extend({ together: z.number() })),
    /** Rows that were fixed together, and neither changed nor sent since, are as before; answers how many. */
    undoTogether: call.input(RunId.extend({ together: z.int().min(1) })).output(z.number()),
    /** What a person makes of held-back rows; kept before they are checked as a run would. */
    fix: call
      .input(RunId.extend({ changes: z.array(FixChange).min(1).max(10_000) }))
      .output(nothing),
    /** Held-back rows that were edited elsewhere come back; a row that is not among them stays as it is. */
    bringFixed: call
      .input(RunId.extend({ source: SourceId, dates: UnclearDay.shape.order.optional() }))
      .output(BroughtBack),
    /** Sends the rows that are in order, by a run of their own that completes this one; answers with its id. */
    sendFixed: call.input(RunId).output(RunId),
    /** Puts every unfinished run back in line, if it is not there; answers with their ids. */
    resumeAll: call.output(z.array(z.string())),
    /** Puts a run that was cut off back in line, if it is not there. */
    continue: call.input(RunId).output(nothing),
    pause: call.input(RunId).output(nothing),
    resume: call.input(RunId).output(nothing),
    cancel: call.input(RunId).output(nothing),
    /** The same run again, from the step that did not end well; what is done is not repeated. */
    retry: call.input(RunId).output(RunId),
    /** What the person says to what a waiting run has asked. */
    /** `header` goes with `map`, where it is not as proposed. */
    answer: call
      .input(RunId.extend({ answer: Answer, header: HeaderMap.optional() }))
      .output(nothing),
    /** What an undo would do; nothing is changed. */
    foreseeUndo: call.input(RunId).output(Undone),
    /** Takes the rows of a run out of its table again, and brings back those that it took the place of. */
    undo: call.input(RunId).output(Undone),
    /** How much of this computer a run takes, in bytes, which discarding it would free. */
    keptBytes: call.input(RunId).output(z.number()),
    /** Forgets a finished run and removes what it kept on this computer. */
    discard: call.input(RunId).output(nothing),
  },
  datasets: {
    list: call.output(z.array(Dataset)),
    /** Doubts that were told of its last delivered file; told again in the same words they are nothing new. */
    toldDoubts: call.input(z.object({ name: z.string() })).output(z.array(z.string())),
    /** How many rows its files usually have; one outside of it is asked about. */
    changeRows: call
      .input(z.object({ name: z.string(), rows: RowBounds, why: Why.optional() }))
      .output(nothing),
    /** Its columns, for files to come; answers what that means to its table, if anything. */
    changeColumns: call
      .input(
        z.object({
          name: z.string(),
          changes: z.array(ColumnChange).max(5000),
          why: Why.optional(),
        }),
      )
      .output(z.string().nullable()),
    /** What its files are held to: the contract with the columns that it has, and other rules. */
    changeRules: call
      .input(z.object({ name: z.string(), contract: Contract, why: Why.optional() }))
      .output(nothing),
    /** Its cleaning steps, for files to come. */
    changeRecipe: call
      .input(z.object({ name: Dataset.shape.name, recipe: Recipe, why: Why.optional() }))
      .output(nothing),
    /** What a file says of it; where its files go stays. */
    import: call.input(DatasetFile.extend({ why: Why.optional() })).output(nothing),
    /** How it was at its times, newest first. */
    versions: call.input(z.object({ name: z.string() })).output(z.array(DatasetVersion)),
    /** As it was then, as a new version; answers what that means to its table, if anything. */
    restore: call
      .input(z.object({ name: z.string(), version: z.int().min(1), why: Why.optional() }))
      .output(z.string().nullable()),
    /** Which rows of a file it makes otherwise in a version (`before`), or as a file says (`after`), than as it is now. */
    compare: call
      .input(
        z.object({
          source: SourceId,
          name: z.string(),
          version: z.int().min(1).optional(),
          other: DatasetFile.optional(),
          sample: z.int().min(1).optional(),
        }),
      )
      .output(Compared),
    /** What is known of labels that are not as it expects them. */
    changeHeader: call
      .input(z.object({ name: Dataset.shape.name, header: HeaderMap }))
      .output(nothing),
    /** Another one, alike; its files go into a table of its own. */
    copy: call.input(z.object({ name: z.string(), to: Dataset.shape.name.trim() })).output(nothing),
    rename: call
      .input(z.object({ name: z.string(), to: Dataset.shape.name.trim() }))
      .output(nothing),
    remove: call.input(z.object({ name: z.string() })).output(nothing),
  },
  connections: {
    list: call.output(z.array(Connection)),
    /** Adds or, with the name of an existing one, replaces. A secret that is absent stays as it is, an empty one is forgotten. */
    save: call.input(SaveConnection).output(Connection),
    remove: call.input(z.object({ name: ConnectionName })).output(nothing),
    /** Signs in where the kind asks for it, then lists what can be seen there. */
    test: call.input(z.object({ name: ConnectionName })).output(ConnectionTest),
    /** The same of what is not saved, and is not kept. The secrets that are absent are those of the connection `name`. */
    testUnsaved: call
      .input(SaveConnection.extend({ name: ConnectionName.nullable() }))
      .output(ConnectionTest),
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
            md5: z.string().optional(),
          }),
        ),
      ),
  },
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
  },
}
export type PalletContract = typeof contract
