import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DateOrder } from '../../shared/domain/cells/cellPatterns.ts'
import type { Check } from '../../shared/domain/files/check.ts'
import type { Profile } from '../../shared/domain/files/profile.ts'
import type { Answer } from '../../shared/domain/runs/decision.ts'
import type {
  BroughtBack,
  FixChange,
  HeldFormat,
  HeldPage,
} from '../../shared/domain/fixing/fixing.ts'
import type {
  FixEffect,
  FixedTogether,
  ProposedFix,
  RowsToFix,
  UndoneTogether,
} from '../../shared/domain/fixing/groupFix.ts'
import type { HeaderMap } from '../../shared/domain/columns/headerMap.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { type Receipt, type Run, type RunEvent, isFinished } from '../../shared/domain/runs/run.ts'
import type { SimilarValues } from '../../shared/domain/cells/similar.ts'
import type { Suggestions } from '../../shared/domain/recipe/suggestion.ts'
import type { Verified } from '../../shared/domain/runs/verified.ts'
import type { RunFilter, RunList } from '../../shared/domain/runs/runList.ts'
import type { CheckInput, Checking, ProfileInput, SimilarInput } from './looking/checking.ts'
import { type ComeHome, comeHome, nothingCameHome } from './fixing/comingHome.ts'
import { type ChosenAgain, chosenAgain } from './looking/chosenAgain.ts'
import type { Connections } from './connections/connections.ts'
import { discardedFolder } from './discarded.ts'
import type { Drafts } from './looking/drafts.ts'
import type { Fixing } from './fixing/fixing.ts'
import type { Foreseen, GroupFixInput, GroupFixing } from './fixing/groupFixing.ts'
import type { HeldPages } from './fixing/heldPages.ts'
import type { RunFeed } from './feed.ts'
import type { HomePaths } from './ports/home.ts'
import type { DatasetRepository, FixRepository, RunRepository, StoredRun } from './ports/store.ts'
import type { RunQueue } from './queue.ts'
import type { Recognition } from './deliveries/recognition.ts'
import { currentReceipt, noSuchRun, rowsOf } from './receipt.ts'
import type { Resending } from './deliveries/resending.ts'
import type { Runner } from './runner.ts'
import type { SourceQueries } from './arriving/sourceQueries.ts'
import type { Sources } from './arriving/sources.ts'
import { type StartInput, startRun, type StartingParts } from './starting.ts'
import { endThere, goOnThere } from './telling.ts'
import type { Undoing, Undone } from './deliveries/undoing.ts'
import { viewOf } from './view.ts'

export interface RunsParts {
  rooms: StartingParts['rooms']
  runs: RunRepository
  datasets: DatasetRepository
  home: HomePaths
  fixes: FixRepository
  sources: Sources
  queries: SourceQueries
  connections: Connections
  drafts: Pick<Drafts, 'sent'>
  feed: RunFeed
  runner: Runner
  queue: RunQueue
  recognition: Recognition
  checking: Checking
  undoing: Undoing
  resending: Resending
  fixing: Fixing
  groupFixing: GroupFixing
  heldPages: HeldPages
  verify: (run: StoredRun, signal: AbortSignal) => Promise<Verified>
  now: () => Date
}

/** The use cases of runs. */
export class Runs {
  readonly #parts: RunsParts

  constructor(parts: RunsParts) {
    this.#parts = parts
  }

  /** What a run would make of the whole file; nothing is sent. */
  check(input: CheckInput, signal: AbortSignal): Promise<Check> {
    return this.#parts.checking.check(input, signal)
  }

  /** What the columns of a whole file hold. */
  profile(input: ProfileInput, signal: AbortSignal): Promise<Profile> {
    return this.#parts.checking.profile(input, signal)
  }

  /** Which steps a whole file asks for behind a recipe. */
  suggest(input: ProfileInput, signal: AbortSignal): Promise<Suggestions> {
    return this.#parts.checking.suggest(input, signal)
  }

  /** Which values of a column of a whole file are likely spellings of one. */
  similar(input: SimilarInput, signal: AbortSignal): Promise<SimilarValues> {
    return this.#parts.checking.similar(input, signal)
  }

  /** The file of a run, to be looked at and sent with other choices. */
  chooseAgain(runId: string): Promise<ChosenAgain> {
    const { runs, sources, home } = this.#parts
    const run = runs.get(runId)
    if (run === null) throw noSuchRun(runId)
    return chosenAgain(run, sources, home)
  }

  async start(input: StartInput): Promise<{ runId: string }> {
    const { sources, drafts } = this.#parts
    const limit = AbortSignal.timeout(10 * 60_000)
    const started = await startRun(this.#parts, input, {
      name: sources.name(input.source),
      take: () => sources.take(input.source, limit),
    })
    drafts.sent(input.source)
    return started
  }

  list(list: RunList): Run[] {
    return this.#parts.runs.list(list).map((run) => this.#view(run))
  }

  count(filter: RunFilter): number {
    return this.#parts.runs.count(filter)
  }

  get(runId: string): { run: Run; receipt: Receipt } {
    const run = this.#must(runId)
    const { runs, home } = this.#parts
    const receipt = { ...currentReceipt(runs, home, run), ...this.#comeHome(run) }
    return { run: this.#view(run), receipt }
  }

  events(runId: string): RunEvent[] {
    this.#must(runId)
    return this.#parts.runs.events(runId)
  }

  /** Snapshots of runs as they change; `first` or else every unfinished run at once. */
  watch(
    signal: AbortSignal,
    intervalMs?: number,
    first: readonly string[] = this.#unfinished(),
  ): AsyncIterable<Run> {
    return this.#parts.feed.watch(first, signal, intervalMs)
  }

  /** Rows of a run that were held back and are not home yet: a part of them, or of those of one group, or with one cell. */
  rejects(
    runId: string,
    offset: number,
    limit: number,
    { group, cell }: RowsToFix = {},
  ): Promise<HeldPage> {
    return this.#parts.heldPages.page(runId, { offset, limit, group, cell })
  }

  rejectsFile(runId: string, format: HeldFormat): Promise<ReadableStream<Uint8Array>> {
    return this.#parts.heldPages.file(runId, format)
  }

  /** How many cells were made harmless in the last file of `rejectsFile`. */
  harmless(runId: string): Promise<number> {
    return this.#parts.heldPages.harmless(runId)
  }

  /** What could repair the rows of a group, each counted. */
  proposeFixes(runId: string, group: string, signal: AbortSignal): Promise<ProposedFix[]> {
    return this.#parts.groupFixing.propose(runId, group, signal)
  }

  /** What a fix of many rows would do; nothing is changed. */
  foreseeFix(input: GroupFixInput, signal: AbortSignal): Promise<Foreseen> {
    return this.#parts.groupFixing.foresee(input, signal)
  }

  fixTogether(
    input: GroupFixInput,
    remember: boolean,
    signal: AbortSignal,
  ): Promise<FixEffect & FixedTogether> {
    return this.#parts.groupFixing.apply(input, remember, signal)
  }

  /** Rows that were fixed together, and neither changed nor sent since, are as before, and so is what the dataset kept of it. */
  async undoTogether(runId: string, fixed: FixedTogether): Promise<UndoneTogether> {
    return this.#parts.groupFixing.undo(runId, fixed)
  }

  /** What a person makes of held-back rows; kept, and checked as a run would. */
  fix(runId: string, changes: readonly FixChange[], signal: AbortSignal): Promise<void> {
    return this.#parts.fixing.change(runId, changes, signal)
  }

  /** Held-back rows that were edited elsewhere come back. `dates`: in which order days are written there. */
  bringFixed(
    runId: string,
    source: string,
    signal: AbortSignal,
    dates?: DateOrder,
  ): Promise<BroughtBack> {
    return this.#parts.fixing.bring(runId, source, signal, dates)
  }

  /** Sends those that are in order, by a run of their own that completes this one. */
  sendFixed(runId: string, signal: AbortSignal): Promise<{ runId: string }> {
    return this.#parts.fixing.send(runId, signal)
  }

  /** Every run that was cut off goes on; answers with their ids. */
  resumeAll(): string[] {
    return this.#parts.queue.resumeAll()
  }

  /** Puts a run that was cut off back in line. */
  continue(runId: string): void {
    this.#parts.queue.start(runId)
  }

  pause(runId: string): Promise<void> {
    return this.#parts.queue.pause(runId)
  }

  async resume(runId: string): Promise<void> {
    this.#parts.queue.resume(runId)
  }

  /** Does what is offered at whoever was told, and goes on. */
  goOnThere(runId: string): Promise<void> {
    return goOnThere(this.#parts, runId)
  }

  /** `there`: what it waits for is to end, too. */
  async cancel(runId: string, there = false): Promise<void> {
    await this.#parts.queue.cancel(runId)
    if (there) await endThere(this.#parts, runId)
  }

  async retry(runId: string): Promise<{ runId: string }> {
    this.#parts.queue.retry(runId)
    return { runId }
  }

  /** Makes the blob of a run again that its storage has lost, and sends it. `sent`: whether the storage did not have it. */
  async resend(
    runId: string,
    source: string | undefined,
    signal: AbortSignal,
  ): Promise<{ sent: boolean }> {
    return { sent: await this.#parts.resending.resend(runId, source, signal) }
  }

  /** What a person says to the question of a run that waits; it goes on with that. `header`: goes with `map`, where it is not as proposed. */
  async answer(runId: string, answer: Answer, header?: HeaderMap): Promise<void> {
    const run = this.#must(runId)
    if (isFinished(run.state))
      throw new Problem({
        code: 'usage',
        what: `The run ${runId} has ended and asks nothing any more.`,
        did: 'Nothing was changed.',
      })
    this.#parts.recognition.answer(run, answer, header)
    this.#parts.queue.resume(runId)
  }

  /** What an undo would do. Throws as `undo` does. */
  foreseeUndo(runId: string, signal: AbortSignal): Promise<Undone> {
    return this.#parts.undoing.undo(this.#must(runId), true, signal)
  }

  /** What the warehouse says of a delivery now; nothing is changed. */
  verify(runId: string, signal: AbortSignal): Promise<Verified> {
    return this.#parts.verify(this.#must(runId), signal)
  }

  /** Takes what a run has delivered out of its table again, and brings back what it had taken the place of. */
  undo(runId: string, signal: AbortSignal): Promise<Undone> {
    return this.#parts.undoing.undo(this.#must(runId), false, signal)
  }

  /** Bytes that a run takes on this computer, its folder whole; 0 where it keeps nothing. */
  async keptBytes(runId: string): Promise<number> {
    const { home, runs } = this.#parts
    // One that cannot be read keeps something, too; any other id leads to no folder.
    if (!runs.unreadable().some(({ name }) => name === runId)) this.#must(runId)
    const folder = home.runFolder(runId)
    let bytes = 0
    const names = await readdir(folder, { recursive: true }).catch(() => [])
    for (const name of names) {
      const found = await stat(join(folder, name)).catch(() => null)
      if (found?.isFile() === true) bytes += found.size
    }
    return bytes
  }

  async discard(runId: string): Promise<void> {
    const { home, runs, queue } = this.#parts
    if (!runs.unreadable().some(({ name }) => name === runId)) return await queue.discard(runId)
    const folder = discardedFolder(home, runId)
    runs.remove(runId)
    await rm(folder, { recursive: true, force: true })
  }

  /** A snapshot for the feed; null when the run is gone. */
  snapshot(runId: string): Run | null {
    const run = this.#parts.runs.get(runId)
    return run === null ? null : this.#view(run)
  }

  #view(run: StoredRun): Run {
    const { runs, runner } = this.#parts
    const steps = runs.steps(run.id)
    return viewOf(run, steps, runner.progressOf(run.id), this.#comeHome(run, steps))
  }

  #comeHome(run: StoredRun, steps = this.#parts.runs.steps(run.id)): ComeHome {
    const { runs, fixes } = this.#parts
    return (rowsOf(steps).quarantined ?? 0) > 0 ? comeHome(runs, fixes, run.id) : nothingCameHome
  }

  #unfinished(): string[] {
    return this.#parts.runs
      .list({ states: ['queued', 'running', 'waiting', 'paused'], limit: 10_000 })
      .map((run) => run.id)
  }

  #must(runId: string): StoredRun {
    const run = this.#parts.runs.get(runId)
    if (run === null) throw noSuchRun(runId)
    return run
  }
}
