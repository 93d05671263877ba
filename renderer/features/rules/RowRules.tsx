import { Button, Field, Input, Select } from '@fluentui/react-components'
import { useState } from 'react'
import { ruleFault } from '../../../shared/domain/rules/contractFaults.ts'
import type { Column, Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { type RowRule, type Severity } from '../../../shared/domain/rules/rules.ts'
import { rowRuleWords } from '../../../shared/domain/rules/ruleWords.ts'
import { SeveritySelect } from './SeveritySelect.tsx'
import styles from './Rules.module.css'

/** Rules about more than one cell: a list, and a line in which one is added. */
export function RowRules({
  columns,
  rules,
  others,
  onChange,
}: {
  columns: readonly Column[]
  rules: readonly RowRule[]
  /** Datasets whose values can be asked for. */
  others: readonly Dataset[]
  onChange: (rules: RowRule[]) => void
}) {
  const labelOf = (name: string) => columns.find((one) => one.name === name)?.label ?? name
  const withSeverity = (rule: RowRule, severity: Severity): RowRule => ({
    ...rule,
    severity: severity === 'hold' ? undefined : severity,
  })
  return (
    <>
      <ul className={styles.rules} aria-label="Rules about whole rows">
        {rules.map((rule, index) => {
          const words = rowRuleWords(rule, labelOf)
          return (
            <li key={`${index} ${words}`} className={styles.whole}>
              <span>{words}</span>
              <SeveritySelect
                about={words}
                severity={rule.severity ?? 'hold'}
                onChange={(severity) => onChange(rules.with(index, withSeverity(rule, severity)))}
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
      <AddRule columns={columns} others={others} onAdd={(rule) => onChange([...rules, rule])} />
    </>
  )
}

const kinds = {
  formula: 'A formula is true',
  key: 'Columns never repeat together',
  foreign: 'Values are in another dataset',
} as const
type Kind = keyof typeof kinds

function AddRule({
  columns,
  others,
  onAdd,
}: {
  columns: readonly Column[]
  others: readonly Dataset[]
  onAdd: (rule: RowRule) => void
}) {
  const [kind, setKind] = useState<Kind>('formula')
  const [formula, setFormula] = useState('')
  const [sentence, setSentence] = useState('')
  const [named, setNamed] = useState<string[]>([])
  const [dataset, setDataset] = useState('')
  const [to, setTo] = useState('')
  const [column = ''] = named
  const known = others.find(({ name }) => name === dataset)?.contract?.columns ?? []
  const rule = ruleOf(kind, { formula, sentence: sentence.trim(), named, column, dataset, to })
  const fault = rule === null ? null : ruleFault(rule, columns)
  const typed =
    kind === 'formula' && formula !== '' ? ({ kind, formula, sentence: 'x' } as const) : null
  const told = typed === null ? fault : ruleFault(typed, columns)
  return (
    <div className={styles.add}>
      <Field label="Add a rule about rows" size="small">
        <Select size="small" value={kind} onChange={(_, { value }) => setKind(value as Kind)}>
          {Object.entries(kinds).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      </Field>
      {kind === 'formula' && (
        <>
          <Field
            label="Formula"
            size="small"
            {...(told === null ? {} : { validationMessage: told })}
          >
            <Input
              size="small"
              placeholder="number([Gross]) >= number([Net])"
              spellCheck={false}
              value={formula}
              onChange={(_, { value }) => setFormula(value)}
            />
          </Field>
          <Field label="In words" size="small">
            <Input
              size="small"
              placeholder="Gross is never less than net"
              value={sentence}
              onChange={(_, { value }) => setSentence(value)}
            />
          </Field>
        </>
      )}
      {kind !== 'formula' && (
        <ColumnSelect
          label={kind === 'key' && named.length > 0 ? 'And' : 'Column'}
          columns={columns.filter(({ name }) => kind === 'foreign' || !named.includes(name))}
          value={kind === 'foreign' ? column : ''}
          onChange={(name) => setNamed(kind === 'foreign' ? [name] : [...named, name])}
        />
      )}
      {kind === 'key' && named.length > 0 && (
        <span>
          {named.map((name) => columns.find((one) => one.name === name)?.label ?? name).join(' + ')}
        </span>
      )}
      {kind === 'foreign' && (
        <>
          <Field label="Dataset" size="small">
            <Select size="small" value={dataset} onChange={(_, { value }) => setDataset(value)}>
              <option value="">Choose …</option>
              {others.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
          <ColumnSelect label="Its column" columns={known} value={to} onChange={setTo} />
        </>
      )}
      <Button
        size="small"
        disabledFocusable={rule === null || fault !== null}
        onClick={() => {
          if (rule === null || fault !== null) return
          onAdd(rule)
          setNamed([])
          setFormula('')
          setSentence('')
        }}
      >
        Add the rule
      </Button>
    </div>
  )
}

export function ColumnSelect({
  label,
  columns,
  value,
  onChange,
}: {
  label: string
  columns: readonly Column[]
  value: string
  onChange: (name: string) => void
}) {
  return (
    <Field label={label} size="small">
      <Select size="small" value={value} onChange={(_, data) => onChange(data.value)}>
        <option value="">Choose …</option>
        {columns.map((column) => (
          <option key={column.name} value={column.name}>
            {column.label}
          </option>
        ))}
      </Select>
    </Field>
  )
}

/** null: something is not said yet. */
function ruleOf(
  kind: Kind,
  said: Record<'formula' | 'sentence' | 'column' | 'dataset' | 'to', string> & { named: string[] },
): RowRule | null {
  const { formula, sentence, named, column, dataset, to } = said
  switch (kind) {
    case 'formula':
      return formula === '' || sentence === '' ? null : { kind, formula, sentence }
    case 'key':
      return named.length === 0 ? null : { kind, columns: named }
    case 'foreign':
      return column === '' || dataset === '' || to === '' ? null : { kind, column, dataset, to }
  }
}
