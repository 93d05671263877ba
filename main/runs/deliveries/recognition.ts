import { isPart } from '../../../shared/domain/arriving/extract.ts'
import {
  type Answer,
  type Question,
  answersTo,
  correctsOf,
  isShrink,
  isUnusual,
  meaningIn,
} from '../../../shared/domain/runs/decision.ts'
import type { RowBounds } from '../../../shared/domain/datasets/dataset.ts'
import {
  type Delivery,
  correctionOf,
  isWhole,
  standing,
} from '../../../shared/domain/runs/delivery.ts'
import type { ColumnPrint } from '../../../shared/domain/columns/columnPrint.ts'
import { type ReadHeader, readHeader } from '../../../shared/domain/columns/header.ts'
import {
  type HeaderMap,
  asItIs,
  changesNothing,
  mapWords,
  mergedMaps,
  proposedMap,
} from '../../../shared/domain/columns/headerMap.ts'
import { isLineage } from '../../../shared/domain/columns/lineage.ts'
import {
  type Meaning,
  sameMeaning,
  withColumnsOf,
} from '../../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { brokenWords } from '../../../shared/domain/rules/ruleWords.ts'
import { answerTo, isSkipped, wasAsked } from '../asking/answered.ts'
import { Asking } from '../asking/asking.ts'
import { type Checkpoints, outputColumns } from '../checkpoints.ts'
import { EarlierDeliveries, type EarlierParts, type Left } from './earlierDeliveries.ts'
import { printsOfFile, refuseStrange } from '../asking/headers.ts'
import { datasetOf } from '../heldTo.ts'
import type { RejectsReader } from '../ports/reading.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { StoredRun } from '../ports/store.ts'
import type { ForeseeOutput } from '../ports/warehouse.ts'
import { loadInput } from '../steps/load.ts'
import { filesOf } from '../steps/step.ts'
import { quiet } from '../quiet.ts'

export interface RecognitionParts extends EarlierParts {
  rooms: Pick<Rooms, 'deliveries' | 'compareRows' | 'foresee' | 'weigh'>
  rejects: Pick<RejectsReader, 'records'>
  now: () => Date
}

/**
 * Knows a file that was here before, before the first byte leaves, and what it would do to the rows that are there.
 * What only a person can decide is asked; the run waits for the answer.
 */
export class Recognition {
  readonly #parts: RecognitionParts
  readonly #asking: Asking
  readonly #earlier: EarlierDeliveries

  constructor(parts: RecognitionParts) {
    this.#parts = parts
    this.#asking = new Asking(parts)
    this.#earlier = new EarlierDeliveries(parts, this.#asking)
  }

  /** Once the file is here: whether exactly these bytes were delivered. True: nothing is to be loaded. */
  async byBytes(run: StoredRun, sha256: string, signal: AbortSignal): Promise<boolean> {
    const { warehouse, topic } = run.plan.destination
    // Records are known by their offsets, or by a field that grows.
    if (run.plan.completes !== undefined || isPart(run.plan)) return false
    if (topic !== undefined && !wasAsked(run)) {
      const before = this.#earlier.publishedBefore(run, topic, sha256)
      if (before === null) return false
      const question: Question = { kind: 'same-bytes', earlier: before.earlier }
      // What came to its end is whole; of another one nobody but a person can say what is to become.
      const usual = before.isWhole ? 'skip' : null
      return this.#asking.decide(run, question, run.plan.ifDelivered, usual)
    }
    if (warehouse === null || wasAsked(run)) return isSkipped(run)
    const deliveries = await this.#earlier.others(run, signal)
    const twin = standing(deliveries).findLast(
      (delivery) =>
        delivery.completes === null &&
        delivery.sourceSha256 === sha256 &&
        delivery.rows > 0 &&
        isWhole(deliveries, delivery),
    )
    if (twin === undefined) return false
    const question: Question = { kind: 'same-bytes', earlier: this.#earlier.named(twin) }
    const columns = datasetOf(this.#parts.datasets, run)?.contract?.columns ?? []
    const meaning = withColumnsOf(warehouse.meaning, columns)
    // Who reads it otherwise, or wants its blob elsewhere, may well mean to send it again.
    const asAlways =
      run.plan.reading === null &&
      run.plan.columns === null &&
      run.plan.recipe === undefined &&
      this.#earlier.sameBlob(run, twin)
    switch (meaning.kind) {
      case 'append':
        return this.#asking.decide(run, question, run.plan.ifDelivered, asAlways ? 'skip' : null)
      case 'snapshot':
      case 'slice':
      case 'upsert':
        // It would take out exactly its own rows; otherwise it does as it means, which harms nothing.
        if (!asAlways || !takesOutItself(deliveries, twin, meaning)) return false
        if (run.plan.ifDelivered === 'append') return false
        return this.#asking.decide(
          run,
          question,
          run.plan.ifDelivered === 'fail' ? 'fail' : undefined,
          'skip',
        )
    }
  }

  /** Once it is read: which of its columns is which, where its header is not as the dataset knows it. True: nothing is to be loaded. */
  async byHeader(run: StoredRun, read: Checkpoints['read']): Promise<boolean> {
    const { datasets, rejects, home, runs } = this.#parts
    // Fixed rows stand under the labels that the dataset knows.
    if (isSkipped(run) || run.plan.completes !== undefined) return isSkipped(run)
    const { header } = run.plan
    const dataset = datasetOf(datasets, run)
    const settle = (prints: readonly ColumnPrint[]): ReadHeader =>
      readHeader(dataset, read.labels, header, prints)
    let settled = settle([])
    if (settled.open !== null)
      settled = settle(await printsOfFile(rejects, filesOf(home, run).records, read))
    const areRecords = run.plan.batch !== undefined || run.plan.extract !== undefined
    if (areRecords) settled = asRecords(settled)
    const { map, open, isReordered } = settled
    if (open !== null) return this.#asking.ask(run, { kind: 'header', ...open })
    if (isReordered && !areRecords)
      this.#asking.log(
        run,
        'Its columns stand in another order than in the last file; they are taken by their labels.',
      )
    if (changesNothing(map) && header === undefined) return false
    // From here on it is as it was decided, whatever becomes of the dataset.
    run.plan = { ...run.plan, header: map }
    runs.changeHeader(run.id, map)
    const words = mapWords(map)
    if (words !== '') this.#asking.log(run, `Of its columns ${words}.`)
    return false
  }

  /** Once it is cleaned: whether its rows were delivered, and how many would go out for them. True: nothing is to be loaded. */
  async byRows(run: StoredRun, left: Left, signal: AbortSignal): Promise<boolean> {
    const { warehouse } = run.plan.destination
    if (isSkipped(run)) return true
    if (isPart(run.plan)) return false
    if (run.plan.completes !== undefined) {
      // What it cannot be added to, it is refused by, before anything leaves.
      if (warehouse !== null) await this.#foresee(run, left, signal)
      return false
    }
    const usual = left.clean.contract.rows ?? {}
    if (warehouse === null) {
      this.#askWhereUnusual(run, left, usual)
      return false
    }
    const deliveries = await this.#earlier.others(run, signal)
    this.#forgetLostCorrection(run, deliveries)
    const meaning = withColumnsOf(warehouse.meaning, outputColumns(left.clean))
    // Where nothing was ever delivered, nothing can go out; a warehouse that is not there is not made for the question.
    const isFirst = meaning.kind === 'append' && deliveries.length === 0
    const { table } = warehouse
    let foreseen = isFirst ? null : await this.#foresee(run, left, signal)
    if (foreseen !== null && foreseen.lacking.length > 0)
      return this.#asking.ask(run, { kind: 'new-columns', table, columns: foreseen.lacking })
    const corrected = correctsOf(run.decisions.answered)
    if (meaning.kind === 'append' && left.clean.clean > 0) {
      const question = await this.#earlier.question(run, left, deliveries, signal)
      if (question !== null && !wasAsked(run)) {
        const { ifDelivered } = run.plan
        // There is no one delivery that changed values could be the correction of.
        const said =
          question.kind === 'same-keys' && ifDelivered === 'correct' ? 'ask' : ifDelivered
        if (this.#asking.decide(run, question, said)) return true
      }
    }
    this.#askWhereUnusual(run, left, usual)
    // Who has said how few are usual need not be asked by a rule of thumb.
    if (usual.atLeast !== undefined || foreseen === null) return false
    if (correctsOf(run.decisions.answered) !== corrected)
      foreseen = await this.#foresee(run, left, signal)
    if (!isShrink(left.clean.clean, foreseen.out) || meaning.kind === 'upsert') return false
    if (run.plan.allowShrink === true || answerTo(run, 'shrink') !== null) return false
    return this.#asking.ask(run, {
      kind: 'shrink',
      table,
      out: foreseen.out,
      rows: left.clean.clean,
    })
  }

  /** What the load would do. Throws as it would where the rows cannot go into the table. */
  async #foresee(run: StoredRun, left: Left, signal: AbortSignal): Promise<ForeseeOutput> {
    const { rooms, home, warehouseOf } = this.#parts
    const input = await loadInput(run, left, filesOf(home, run).output, warehouseOf)
    return await rooms.foresee(input, quiet(signal))
  }

  #askWhereUnusual(
    run: StoredRun,
    { clean: { clean: rows, asks = [] } }: Left,
    usual: RowBounds,
  ): void {
    const allowed = run.plan.allowShrink === true && rows < (usual.atLeast ?? 0)
    const isAsked = (usual.severity ?? 'ask') === 'ask' && !allowed
    if (isAsked && isUnusual(rows, usual) && answerTo(run, 'unusual') === null)
      this.#asking.ask(run, { kind: 'unusual', rows, usual })
    if (asks.length > 0 && answerTo(run, 'whole') === null)
      this.#asking.ask(run, { kind: 'whole', broken: asks.map(brokenWords) })
  }

  /** What a person says to the question of a run that waits. */
  answer(run: StoredRun, answer: Answer, header?: HeaderMap): void {
    const { asked } = run.decisions
    const allowed = asked === null ? [] : answersTo(asked)
    if (asked === null || !allowed.includes(answer))
      throw new Problem({
        code: 'usage',
        what:
          asked === null
            ? `The run ${run.id} has asked nothing.`
            : `“${answer}” is no answer to what the run ${run.id} has asked.`,
        did: 'Nothing was changed.',
        advice: asked === null ? '' : `It can be answered with ${allowed.join(', ')}.`,
      })
    const map = answer === 'map' && asked.kind === 'header' ? (header ?? proposedMap(asked)) : null
    if (map !== null && asked.kind === 'header') refuseStrange(run.id, asked, map)
    this.#asking.note(run, { question: asked, answer, ...(map === null ? {} : { header: map }) })
    if (map !== null)
      this.#parts.runs.changeHeader(run.id, mergedMaps(run.plan.header ?? asItIs, map))
    const meaning = meaningIn(asked, answer)
    const { warehouse } = run.plan.destination
    if (meaning === null || warehouse === null) return
    const { assumed: _, ...known } = warehouse
    this.#parts.runs.changeMeaning(run.id, { ...known, meaning })
  }

  /** What is to be corrected may have been undone or corrected since it was asked. */
  #forgetLostCorrection(run: StoredRun, deliveries: readonly Delivery[]): void {
    const runId = correctsOf(run.decisions.answered)
    if (runId === null) return
    const corrected = standing(deliveries).some((delivery) => delivery.runId === runId)
    if (corrected && correctionOf(deliveries, runId) === null) return
    const answered = run.decisions.answered.filter(({ answer }) => answer !== 'correct')
    this.#asking.save(run, { ...run.decisions, answered })
  }
}

/** Whether the rows of `twin`, sent again with this meaning, would take out exactly themselves. */
function takesOutItself(
  deliveries: readonly Delivery[],
  twin: Delivery,
  meaning: Meaning,
): boolean {
  const place = deliveries.indexOf(twin)
  return standing(deliveries.slice(place)).every((later) => sameMeaning(later.meaning, meaning))
}

/** A record need not have all names: what a batch has none of is empty in it. Where it comes from is no surprise. */
function asRecords(settled: ReadHeader): ReadHeader {
  const { map, open } = settled
  if (open === null) return settled
  const added = open.added.filter((label) => !isLineage(label))
  return {
    ...settled,
    map: {
      ...map,
      gone: [...map.gone, ...(added.length > 0 ? [] : open.missing.map(({ label }) => label))],
      kept: [...map.kept, ...open.added.filter(isLineage)],
    },
    open: added.length === 0 ? null : { ...open, added },
  }
}
