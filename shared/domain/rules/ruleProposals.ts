/** Rules that every value of a file keeps already, each with its evidence; a person confirms what is no chance. */
import type { Column, Contract } from '../datasets/dataset.ts'
import type { ColumnProfile } from '../files/profile.ts'
import type { CellRule } from './rules.ts'
import { formatCount, plural } from '../sizes.ts'

export interface RuleProposal {
  /** Name of the column in the table. */
  column: string
  rule: CellRule
  /** The fields of the column that the rule is. */
  set: Pick<Column, CellRule>
  /** What of the file speaks for it: part of a sentence. */
  evidence: string
}

/** Fewer values than this say nothing about those to come. */
const leastValues = 20
/** A list of allowed values is proposed where each occurs so often on average, and there are so few. */
const list = { most: 12, timesEach: 10 }

export function proposeRules({
  column,
  filled,
  empty,
  fits,
  distinct,
  top,
  patterns,
  patternCount,
  length,
  spread,
  isKey,
}: ColumnProfile): RuleProposal[] {
  const { name, type } = column
  if (filled < leastValues || fits < filled) return []
  const all = formatCount(filled)
  const proposals: RuleProposal[] = []
  const propose = (rule: CellRule, set: RuleProposal['set'], evidence: string): void => {
    if (column[rule] === undefined) proposals.push({ column: name, rule, set, evidence })
  }
  if (empty === 0) propose('required', { required: true }, `never empty in ${all} rows`)
  if (isKey) propose('unique', { unique: true }, `all ${all} values are different`)
  if (type === 'text') {
    const isList =
      distinct <= list.most && distinct === top.length && distinct * list.timesEach <= filled
    const values = top.map(({ value }) => value)
    if (isList)
      propose(
        'oneOf',
        { oneOf: values.toSorted() },
        `only ${values.map((v) => `“${v}”`).join(', ')}`,
      )
    const [shape] = patterns
    const pattern = shape === undefined ? null : patternOfShape(shape.pattern)
    if (!isList && patternCount === 1 && shape !== undefined && pattern !== null)
      if (values.every((value) => new RegExp(`^(?:${pattern})$`).test(value)))
        propose('pattern', { pattern }, `all ${all} values look like ${shape.pattern}`)
    if (length !== null && length.min === length.max && pattern === null) {
      const same = `all ${all} values have ${plural(length.max, 'character')}`
      propose('minLength', { minLength: length.min }, same)
      propose('maxLength', { maxLength: length.max }, same)
    }
  }
  if ((type === 'integer' || type === 'decimal') && spread !== null) {
    const [min, max] = [Number(spread.min), Number(spread.max)]
    if (min >= 0) propose('min', { min: 0 }, `all ${all} values are from ${min} to ${max}`)
    if (Number.isFinite(max) && max > min)
      propose('max', { max }, `all ${all} values are from ${min} to ${max}`)
  }
  return proposals
}

/** `AA-999` as a pattern; null: the shape is cut, or has letters of which nobody knows which they may be. */
function patternOfShape(shape: string): string | null {
  if (shape.length >= 60 || !/[9Aa]/.test(shape)) return null
  const parts: { one: string; times: number; isOpen: boolean }[] = []
  for (const character of shape) {
    const last = parts.at(-1)
    if (character === '…' && last !== undefined) {
      last.times += 3
      last.isOpen = true
      continue
    }
    const one =
      { 9: '[0-9]', A: '[A-Z]', a: '[a-z]' }[character] ??
      character.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
    if (last?.one === one && !last.isOpen) last.times += 1
    else parts.push({ one, times: 1, isOpen: false })
  }
  return parts
    .map(({ one, times, isOpen }) =>
      isOpen ? `${one}{${times},}` : times === 1 ? one : `${one}{${times}}`,
    )
    .join('')
}

/** The contract with what was proposed. */
export function withProposals(contract: Contract, proposals: readonly RuleProposal[]): Contract {
  return {
    ...contract,
    columns: contract.columns.map((column) =>
      proposals
        .filter((proposal) => proposal.column === column.name)
        .reduce((before, { set }) => ({ ...before, ...set }), column),
    ),
  }
}
