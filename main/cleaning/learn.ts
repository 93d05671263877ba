/** What the records of a file are held to, and which of them have to be judged. */
import { type Contract, lacksScale } from '../../shared/domain/datasets/dataset.ts'
import { findColumn } from '../../shared/domain/recipe/recipeFit.ts'
import type { CleanInput, CleanReport } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { matchColumns } from './match.ts'
import type { MatchedColumn } from './match.ts'
import type { PlannedRecipe } from './plan.ts'
import { covers, expectedCells, isJudgedBySuspects, planRecipe, spellingsInFile } from './plan.ts'
import { doubtsAbout, numbersOf, proposeContract, scaleFor, tallyOf } from './propose.ts'
import type { ColumnFacts, Facts } from './scan/facts.ts'
import { scanRecords } from './scan/scan.ts'
import { type ScannedStep, watchFor } from './scan/watch.ts'

/** Records of which the types are guessed that the whole file is then looked at for. */
const sampleRecords = 20_000

/** What the records are to become, as far as they were looked at. */
export interface Known {
  columns: MatchedColumn[]
  plan: PlannedRecipe
  facts: Facts
}

export interface Learnt extends Known {
  contract: Contract
  doubts: string[]
  /** The records that have to be judged, and how many they are. */
  toJudge: { file: string; records: number }
}

/** Whoever wants to know before all records were looked at. */
export interface Ahead {
  /** What the beginning of the file says: no record of it is to be judged, and more follow. */
  begin(known: Known): void
  /** A record is to be judged: what the beginning said does not hold. */
  stop(): void | Promise<void>
}

/** The contract that the records are held to, and which of them have to be judged. */
export async function learn(
  input: Pick<
    CleanInput,
    | 'recordsFile'
    | 'labels'
    | 'labelsInFile'
    | 'conventions'
    | 'contract'
    | 'chosen'
    | 'maxQuarantinedShare'
  > & {
    recipe: readonly ScannedStep[]
    toLearn?: ReadonlySet<string>
    writtenAs?: CleanInput['writtenAs']
  },
  suspectsFile: string,
  { signal, report: tell }: Pick<Control<CleanReport>, 'signal' | 'report'>,
  ahead?: Ahead,
): Promise<Learnt> {
  const { recordsFile, labels, labelsInFile, writtenAs, recipe, toLearn = new Set() } = input
  const { chosen = [] } = input
  const watch = watchFor(recipe, labelsInFile ? spellingsInFile(labels, 0, writtenAs) : null)
  const scan = (contract: Contract | null, limit = Infinity): Promise<Facts> => {
    const isWhole = limit === Infinity
    const doing = 'Looking at the columns'
    return scanRecords({
      recordsFile,
      width: labels.length,
      watch,
      expected: contract === null ? null : expectedCells(contract, labels),
      suspectsFile:
        contract !== null && isWhole && isJudgedBySuspects(contract) ? suspectsFile : null,
      limit,
      signal,
      report: (rowsDone, suspects) => {
        if (!isWhole) return
        tell({ rowsDone, doing })
        if (suspects > 0) void ahead?.stop()
      },
    })
  }
  tell({ rowsDone: 0, doing: 'Looking at the columns' })
  const propose = ({ columns }: Facts): Contract => {
    const { contract: given, conventions, maxQuarantinedShare } = input
    const whole = (): Contract =>
      proposeContract(labels, columns, conventions.decimalMark, maxQuarantinedShare)
    if (given === null) {
      const proposed = whole()
      const learnt = proposed.columns.map((column) => {
        const { name, label } = column
        return { ...(findColumn(chosen, label) ?? column), name, label }
      })
      // One that is not there is said to be missing.
      const held = [...learnt, ...chosen.filter(({ label }) => findColumn(learnt, label) === null)]
      return withScales({ ...proposed, columns: held }, labels, columns)
    }
    if (toLearn.size === 0) return withScales(given, labels, columns)
    const proposed = new Map(whole().columns.map((column) => [column.label, column]))
    const learnt = given.columns.map((column) =>
      toLearn.has(column.label)
        ? { ...(proposed.get(column.label) ?? column), name: column.name }
        : column,
    )
    return withScales({ ...given, columns: learnt }, labels, columns)
  }
  // The types are guessed from the beginning, so that one look at the whole file mostly does for both.
  const isOpen =
    input.contract === null || toLearn.size > 0 || input.contract.columns.some(lacksScale)
  const sample = isOpen ? await scan(null, sampleRecords) : null
  const guess = sample === null ? input.contract : propose(sample)
  const known = (facts: Facts, contract: Contract): Known => ({
    columns: matchColumns(contract, labels),
    plan: planRecipe({ recipe, labels, labelsInFile, writtenAs }, facts.columns),
    facts,
  })
  if (guess !== null && isJudgedBySuspects(guess)) {
    const facts = await scan(guess, sampleRecords)
    if (facts.suspects === 0 && facts.records >= sampleRecords) ahead?.begin(known(facts, guess))
  }
  let facts = await scan(guess)
  const contract = isOpen ? propose(facts) : (guess ?? propose(facts))
  if (!covers(guess, contract)) facts = await scan(contract)
  const toJudge = isJudgedBySuspects(contract)
    ? { file: suspectsFile, records: facts.suspects }
    : { file: recordsFile, records: facts.records }
  const doubts =
    input.contract === null && sample !== null
      ? doubtsAbout(
          contract.columns,
          facts.columns,
          sample.columns,
          input.conventions.decimalMark,
          new Set(chosen.map(({ label }) => label)),
        )
      : []
  return { contract, doubts, ...known(facts, contract), toJudge }
}

function withScales(
  contract: Contract,
  labels: readonly string[],
  facts: readonly ColumnFacts[],
): Contract {
  const columns = matchColumns(contract, labels).map(({ column, cell }) => {
    const known = facts[cell]
    if (!lacksScale(column) || known === undefined) return column
    const tally = column.unit === undefined ? tallyOf(known) : numbersOf(known, column.unit)
    return { ...column, scale: scaleFor(tally, column.decimalMark ?? '.') }
  })
  return { ...contract, columns }
}
