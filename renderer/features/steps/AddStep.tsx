import { Combobox, Option } from '@fluentui/react-components'
import { useState } from 'react'
import type { StepKind } from '../../../shared/domain/recipe/recipe.ts'
import { stepKindWords } from '../../../shared/domain/recipe/recipeWords.ts'
import styles from './StepsEditor.module.css'

/** By what other words a kind of step is looked for. */
const otherWords: Partial<Record<StepKind, string>> = {
  trim: 'whitespace blanks strip',
  'collapse-spaces': 'whitespace blanks double',
  case: 'upper lower capital small letters title',
  replace: 'find substitute regex pattern',
  'map-values': 'translate lookup recode merge spellings',
  'empty-tokens': 'null missing n/a nothing',
  'unwrap-formulas': 'excel apostrophe',
  fill: 'down above default missing',
  'parse-date': 'format date time timestamp unix excel week strptime read',
  'parse-number': 'format decimal comma thousands currency amount read',
  'parse-boolean': 'format boolean true false read',
  hash: 'personal anonymise pseudonym',
  tokenise: 'personal anonymise pseudonym hmac token',
  mask: 'personal anonymise',
  'round-dates': 'month week quarter year truncate',
  redact: 'personal anonymise',
  split: 'divide separate',
  merge: 'join concatenate combine',
  'look-up': 'join vlookup reference enrich',
  derive: 'formula calculate compute new column',
  remove: 'delete drop column',
  reorder: 'order columns',
  'pivot-longer': 'unpivot melt turn columns into rows transpose months',
  'pivot-wider': 'spread cast crosstab turn rows into columns attributes',
  'drop-blank-rows': 'delete empty',
  'drop-total-rows': 'delete sum',
  'drop-repeated-headers': 'delete header',
  'drop-duplicates': 'delete dedupe unique double',
  'drop-rows': 'delete filter where condition',
  'keep-rows': 'filter where condition only',
}

/** Every kind of step, found by its words. `behind`: the number of the step that it comes after; null: it is the last. */
export function AddStep({
  behind,
  onAdd,
}: {
  behind: number | null
  onAdd: (kind: StepKind) => void
}) {
  const [text, setText] = useState('')
  const found = kindsFor(text)
  return (
    <Combobox
      className={styles.add ?? ''}
      size="small"
      aria-label="Add a step"
      placeholder={behind === null ? 'Add a step …' : `Add a step behind step ${behind} …`}
      value={text}
      selectedOptions={[]}
      onChange={(event) => setText(event.target.value)}
      onOptionSelect={(_, { optionValue }) => {
        const kind = found.find((one) => one === optionValue)
        if (kind === undefined) return
        setText('')
        onAdd(kind)
      }}
      onBlur={() => setText('')}
    >
      {found.map((kind) => (
        <Option key={kind} value={kind}>
          {stepKindWords[kind]}
        </Option>
      ))}
      {found.length === 0 && (
        <Option value="" disabled>
          No step of this name
        </Option>
      )}
    </Combobox>
  )
}

/** The kinds of which every word that was typed is a part of a word; as they are listed. */
export function kindsFor(text: string): StepKind[] {
  const wanted = text.toLowerCase().split(/\s+/)
  return (Object.keys(stepKindWords) as StepKind[]).filter((kind) => {
    const words = `${stepKindWords[kind]} ${otherWords[kind] ?? ''}`.toLowerCase()
    return wanted.every((word) => words.includes(word))
  })
}
