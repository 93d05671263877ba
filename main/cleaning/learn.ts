/** What the records of a file are held to, and which of them have to be judged. */
import { type Contract, lacksScale } from '../../shared/domain/dataset.ts'
import type { CleanInput, CleanReport } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { matchColumns } from './match.ts'
import type { MatchedColumn } from './match.ts'
import type { PlannedRecipe } from './plan.ts'
import { covers, expectedCells, isJudgedBySuspects, planRecipe, spellingsInFile } from './plan.ts'
import { doubtsAbout, proposeContract, scaleFor, tallyOf } from './propose.ts'
import type { ColumnFacts, Facts } from './scan/scan.ts'
import { scanRecords } from './scan/scan.ts'
import { watchFor } from './scan/watch.ts'

/** Records of which the types are guessed that the whole file is then looked at for. */
const sampleRecords = 20_000

export interface Learnt {
  contract: Contract
  doubts: string[]
  columns: MatchedColumn[]
  plan: PlannedRecipe
  facts: Facts
  /** The records that have to be judged, and how many they are. */
  toJudge: { file: string; records: number }
}

/** The contract that the records are held to, and which of them have to be judged. */
export async function learn(
  input: Pick<
    CleanInput,
    | 'recordsFile'
    | 'labels'
    | 'labelsInFile'
    | 'conventions'
    | 'recipe'
    | 'contract'
    | 'maxQuarantinedShare'
  >,
  suspectsFile: string,
  { signal, report: tell }: Pick<Control<CleanReport>, 'signal' | 'report'>,
): Promise<Learnt> {
  const { recordsFile, labels, labelsInFile, recipe } = input
  const watch = watchFor(recipe, labelsInFile ? spellingsInFile(labels, 0) : null)
  const scan = (contract: Contract | null, limit = Infinity): Promise<Facts> => {
    const isWhole = limit === Infinity
    const doing = 'Looking at the columns'
    return scanRecords({
      recordsFile,
      width: labels.length,
      watch,
      expected: contract === null ? null : expectedCells(contract, labels),
      suspectsFile:
        contract !== null && isWhole && isJudgedBySuspects(recipe, contract) ? suspectsFile : null,
      limit,
      signal,
      report: (rowsDone) => isWhole && tell({ rowsDone, doing }),
    })
  }
  tell({ rowsDone: 0, doing: 'Looking at the columns' })
  const propose = ({ columns }: Facts): Contract =>
    input.contract === null
      ? proposeContract(labels, columns, input.conventions.decimalMark, input.maxQuarantinedShare)
      : withScales(input.contract, labels, columns)
  // The types are guessed from the beginning, so that one look at the whole file mostly does for both.
  const isOpen = input.contract === null || input.contract.columns.some(lacksScale)
  const guess = isOpen ? propose(await scan(null, sampleRecords)) : input.contract
  let facts = await scan(guess)
  const contract = isOpen ? propose(facts) : (guess ?? propose(facts))
  if (!covers(guess, contract)) facts = await scan(contract)
  const plan = planRecipe({ recipe, labels, labelsInFile }, facts.columns)
  const toJudge = isJudgedBySuspects(recipe, contract)
    ? { file: suspectsFile, records: facts.suspects }
    : { file: recordsFile, records: facts.records }
  const columns = matchColumns(contract, labels)
  const doubts =
    input.contract === null
      ? doubtsAbout(contract.columns, facts.columns, input.conventions.decimalMark)
      : []
  return { contract, doubts, columns, plan, facts, toJudge }
}

function withScales(
  contract: Contract,
  labels: readonly string[],
  facts: readonly ColumnFacts[],
): Contract {
  const columns = matchColumns(contract, labels).map(({ column, cell }) => {
    const known = facts[cell]
    if (!lacksScale(column) || known === undefined) return column
    return { ...column, scale: scaleFor(tallyOf(known), column.decimalMark ?? '.') }
  })
  return { ...contract, columns }
}
