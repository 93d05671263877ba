import { Button, Field, Input, Select } from '@fluentui/react-components'
import { useState } from 'react'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { wholeSeverities } from '../../../shared/domain/rules/rules.ts'
import { type WholeRule, wholeRuleWords } from '../../../shared/domain/rules/wholeRules.ts'
import { ColumnSelect } from './RowRules.tsx'
import { SeveritySelect } from './SeveritySelect.tsx'
import styles from './Rules.module.css'

const kinds = {
  rows: { words: 'Rows, against the last file', needs: null, unit: '%' },
  empty: { words: 'Empty cells, against the last file', needs: 'any', unit: 'points' },
  distinct: { words: 'Different values, against the last file', needs: 'any', unit: '%' },
  mean: { words: 'Mean, against the last file', needs: 'number', unit: '%' },
  fresh: { words: 'Age of the newest day', needs: 'day', unit: 'days' },
} as const
type Kind = keyof typeof kinds

/** Rules about the file as a whole: a list, and a line in which one is added. */
export function WholeRules({
  columns,
  rules,
  onChange,
}: {
  columns: readonly Column[]
  rules: readonly WholeRule[]
  onChange: (rules: WholeRule[]) => void
}) {
  const [kind, setKind] = useState<Kind>('rows')
  const [column, setColumn] = useState('')
  const [most, setMost] = useState('20')
  const labelOf = (name: string) => columns.find((one) => one.name === name)?.label ?? name
  const { needs, unit } = kinds[kind]
  const fitting = columns.filter(({ type }) => {
    if (needs === 'number') return type === 'integer' || type === 'decimal' || type === 'duration'
    return needs === 'day' ? type === 'date' || type === 'timestamp' : true
  })
  const rule = ruleOf(kind, column, Number(most))
  const isReady =
    most.trim() !== '' &&
    Number(most) >= 0 &&
    (needs === null || fitting.some(({ name }) => name === column)) &&
    (kind !== 'fresh' || Number.isInteger(Number(most)))
  return (
    <>
      <ul className={styles.rules} aria-label="Rules about the whole file">
        {rules.map((one, index) => {
          const words = wholeRuleWords(one, labelOf)
          return (
            <li key={`${index} ${words}`} className={styles.whole}>
              <span>{words}</span>
              <SeveritySelect
                about={words}
                of={wholeSeverities}
                severity={one.severity}
                onChange={(severity) => onChange(rules.with(index, { ...one, severity }))}
              />
              <Button
                size="small"
                appearance="subtle"
                aria-label={`Remove the rule ${words}`}
                onClick={() => onChange(rules.toSpliced(index, 1))}
              >
                Remove
              </Button>
            </li>
          )
        })}
      </ul>
      <div className={styles.add}>
        <Field label="Add a rule about the file" size="small">
          <Select size="small" value={kind} onChange={(_, { value }) => setKind(value as Kind)}>
            {Object.entries(kinds).map(([value, { words }]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </Select>
        </Field>
        {needs !== null && (
          <ColumnSelect label="Of column" columns={fitting} value={column} onChange={setColumn} />
        )}
        <Field label={`At most (${unit})`} size="small">
          <Input
            size="small"
            type="number"
            min={0}
            value={most}
            onChange={(_, { value }) => setMost(value)}
          />
        </Field>
        <Button
          size="small"
          disabledFocusable={!isReady}
          onClick={() => isReady && onChange([...rules, rule])}
        >
          Add the rule
        </Button>
      </div>
    </>
  )
}

function ruleOf(kind: Kind, column: string, most: number): WholeRule {
  const severity = 'warn'
  switch (kind) {
    case 'rows':
      return { kind: 'rows-change', by: most / 100, severity }
    case 'empty':
    case 'distinct':
    case 'mean':
      return { kind: 'column-change', column, of: kind, by: most / 100, severity }
    case 'fresh':
      return { kind, column, days: most, severity }
  }
}
