/** The steps that fit a column, or one of its cells, as they are offered where a person sees it. */
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { RecipeStep, StepKind } from '../../../shared/domain/recipe/recipe.ts'
import type { StepValues } from './stepFields.ts'

/** `step`: done with one click; `form`: something is asked first, of which this much is known. */
export type Fitting = { words: string } & (
  | { how: 'step'; step: RecipeStep }
  | { how: 'form'; kind: StepKind; given: StepValues }
)

/** In groups, the likeliest first. `value`: of the cell as the steps leave it; null: the column as a whole. */
export function fittingSteps(
  { label, type, decimalMark }: Pick<Column, 'label' | 'type' | 'decimalMark'>,
  value: string | null,
): Fitting[][] {
  const column = inBrackets(label)
  const columns = [label]
  const done = (words: string, step: RecipeStep): Fitting => ({ words, how: 'step', step })
  const asked = (words: string, kind: StepKind, given: StepValues = { columns }): Fitting => ({
    words,
    how: 'form',
    kind,
    given,
  })
  const ofCell: Fitting[] =
    value === null
      ? []
      : value.trim() === ''
        ? [
            done('Fill from the cell above', { kind: 'fill', columns, with: { kind: 'above' } }),
            asked('Fill empty cells with …', 'fill', { columns, from: 'value' }),
            done('Drop rows without it', { kind: 'drop-rows', when: `isEmpty(${column})` }),
          ]
        : [
            asked(`Replace ${short(value)} by …`, 'replace', { columns, find: value, whole: true }),
            done(`Empty ${short(value)}`, { kind: 'empty-tokens', tokens: ['', value], columns }),
            done(`Drop rows with ${short(value)}`, {
              kind: 'drop-rows',
              when: `${column} = ${quoted(value)}`,
            }),
            done(`Keep only rows with ${short(value)}`, {
              kind: 'keep-rows',
              when: `${column} = ${quoted(value)}`,
            }),
          ]
  const isNumber = type === 'decimal' || type === 'integer'
  const tidying: Fitting[] = [
    done('Trim', { kind: 'trim', columns }),
    done('Collapse spaces', { kind: 'collapse-spaces', columns }),
    ...(value === null
      ? [done('Fill from the cell above', { kind: 'fill', columns, with: { kind: 'above' } })]
      : []),
    ...(isNumber
      ? [asked('Round …', 'round')]
      : (
          [
            ['upper', 'CAPITAL LETTERS'],
            ['lower', 'small letters'],
            ['title', 'Capital First Letters'],
          ] as const
        ).map(([to, words]) => done(words, { kind: 'case', columns, to }))),
    asked('Replace text …', 'replace'),
    ...(type === 'boolean' ? [] : [asked('Read as dates …', 'parse-date')]),
    asked('Read as numbers …', 'parse-number'),
    asked('Read as yes and no …', 'parse-boolean'),
    asked('Map values …', 'map-values'),
  ]
  const shaping: Fitting[] = [
    asked('Split …', 'split', { column: label, at: ' ', into: `${label} 1\n${label} 2` }),
    asked('Merge with another column …', 'merge', { columns, into: `${label} 2` }),
    asked('New column by a formula …', 'derive', {
      into: `${label} 2`,
      formula: isNumber ? `number(${column}${decimalMark === ',' ? ', ","' : ''})` : column,
    }),
    asked('Look up in another dataset …', 'look-up', { keys: `${label} = ` }),
    asked('Turn its values into columns …', 'pivot-wider', { names: label }),
    asked('Rename …', 'rename', { column: label }),
    done('Remove the column', { kind: 'remove', columns }),
  ]
  const rows: Fitting[] = [
    ...(value === null
      ? [done('Drop rows without it', { kind: 'drop-rows', when: `isEmpty(${column})` })]
      : []),
    asked('Drop rows where …', 'drop-rows', { when: `${column} = ` }),
    done('Drop rows that are equal in it', { kind: 'drop-duplicates', keys: columns }),
  ]
  const hiding: Fitting[] = [
    asked('Mask …', 'mask', { columns, keep: '0' }),
    asked('Redact …', 'redact'),
    done('Tokenise', { kind: 'tokenise', columns }),
    done('Hash', { kind: 'hash', columns }),
  ]
  return [ofCell, tidying, shaping, rows, hiding].filter((group) => group.length > 0)
}

/** A column as a formula names it. */
function inBrackets(label: string): string {
  return `[${label.replaceAll(']', ']]')}]`
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

const shortest = 20

function short(value: string): string {
  return value.length > shortest ? `“${value.slice(0, shortest)}…”` : `“${value}”`
}
