import { Button, Input, Select, Textarea } from '@fluentui/react-components'
import { useState } from 'react'
import { durationSeconds } from '../../../shared/domain/cells/clocks.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { patternFault } from '../../../shared/domain/cells/pattern.ts'
import {
  Bound,
  type CellRule,
  type Demand,
  Length,
  type Severity,
  cellRules,
  has,
  rulesFor,
  severityOf,
  withFittingRules,
} from '../../../shared/domain/rules/rules.ts'
import { boundText, cellRuleNames } from '../../../shared/domain/rules/ruleWords.ts'
import { SeveritySelect } from './SeveritySelect.tsx'
import styles from './Rules.module.css'

/** The rules of one column: what is asked of its cells, and what becomes of a row that breaks one. */
export function ColumnRules({
  column,
  onChange,
}: {
  column: Column
  onChange: (column: Column) => void
}) {
  const { label } = column
  const set = (rule: CellRule, value: Column[CellRule]) => {
    const { [rule]: _, ...rest } = column
    onChange(withFittingRules(value === undefined ? rest : { ...rest, [rule]: value }))
  }
  const setSeverity = (demand: Demand, severity: Severity) => {
    const { [demand]: _, ...others } = column.severity ?? {}
    const next = severity === 'hold' ? others : { ...others, [demand]: severity }
    onChange(withFittingRules({ ...column, severity: next }))
  }
  const absent = rulesFor(column.type).filter((rule) => !has(column, rule))
  return (
    <ul className={styles.rules} aria-label={`Rules of ${label}`}>
      {column.type !== 'text' && (
        <li className={styles.rule}>
          <span>Of its type</span>
          <span>
            {severityOf(column, 'type') === 'warn' && 'A cell that is not is left empty.'}
          </span>
          <SeveritySelect
            about={`Type of ${label}`}
            severity={column.severity?.type ?? 'hold'}
            onChange={(severity) => setSeverity('type', severity)}
          />
          <span />
        </li>
      )}
      {cellRules
        .filter((rule) => has(column, rule))
        .map((rule) => (
          <li key={rule} className={styles.rule}>
            <span>{cellRuleNames[rule]}</span>
            <RuleValue key={column.type} column={column} rule={rule} onChange={set} />
            <SeveritySelect
              about={`${cellRuleNames[rule]} of ${label}`}
              severity={severityOf(column, rule)}
              onChange={(severity) => setSeverity(rule, severity)}
            />
            <Button
              size="small"
              appearance="subtle"
              aria-label={`Remove ${cellRuleNames[rule]} of ${label}`}
              onClick={() => set(rule, undefined)}
            >
              Remove
            </Button>
          </li>
        ))}
      {absent.length > 0 && (
        <li>
          <Select
            size="small"
            aria-label={`Add a rule to ${label}`}
            value=""
            onChange={(_, { value }) => {
              const rule = absent.find((one) => one === value)
              if (rule !== undefined) set(rule, firstValue(rule, column))
            }}
          >
            <option value="">Add a rule …</option>
            {absent.map((rule) => (
              <option key={rule} value={rule}>
                {cellRuleNames[rule]}
              </option>
            ))}
          </Select>
        </li>
      )}
    </ul>
  )
}

/** With what a rule begins that was just added. */
function firstValue(rule: CellRule, { type }: Column): Column[CellRule] {
  switch (rule) {
    case 'required':
    case 'unique':
      return true
    case 'min':
    case 'max':
      if (type === 'time') return rule === 'min' ? '00:00' : '23:59'
      return type === 'date' || type === 'timestamp' ? new Date().toISOString().slice(0, 10) : 0
    case 'minLength':
      return 1
    case 'maxLength':
      return 100
    case 'pattern':
      return '.*'
    case 'oneOf':
      return []
  }
}

/** What a rule compares with; what was typed and cannot be is said beside it, and not taken. */
function RuleValue({
  column,
  rule,
  onChange,
}: {
  column: Column
  rule: CellRule
  onChange: (rule: CellRule, value: Column[CellRule]) => void
}) {
  const [text, setText] = useState(() => textOf(column[rule], column.type))
  const [fault, setFault] = useState('')
  if (rule === 'required' || rule === 'unique') return <span />
  const type = (next: string) => {
    setText(next)
    const { value, wrong } = valueOf(rule, next, column)
    setFault(wrong)
    if (wrong === '') onChange(rule, value)
  }
  const name = `${cellRuleNames[rule]} of ${column.label}: value`
  const isNumber = rule !== 'pattern' && (column.type === 'integer' || column.type === 'decimal')
  return (
    <span className={styles.value}>
      {rule === 'oneOf' ? (
        <Textarea
          size="small"
          aria-label={name}
          placeholder="One value a line"
          value={text}
          onChange={(_, { value }) => type(value)}
        />
      ) : (
        <Input
          size="small"
          aria-label={name}
          inputMode={isNumber || rule.endsWith('Length') ? 'decimal' : 'text'}
          spellCheck={false}
          value={text}
          onChange={(_, { value }) => type(value)}
        />
      )}
      {fault !== '' && (
        <span role="alert" className={styles.fault}>
          {fault}
        </span>
      )}
    </span>
  )
}

function textOf(value: Column[CellRule], type: Column['type']): string {
  if (Array.isArray(value)) return value.join('\n')
  return typeof value === 'number' ? boundText(type, value) : String(value ?? '')
}

function valueOf(
  rule: CellRule,
  text: string,
  { type }: Column,
): { value: Column[CellRule]; wrong: string } {
  const trimmed = text.trim()
  const ok = (value: Column[CellRule]) => ({ value, wrong: '' })
  const no = (wrong: string) => ({ value: undefined, wrong })
  switch (rule) {
    case 'required':
    case 'unique':
      return ok(true)
    case 'oneOf':
      return ok(text.split('\n').filter((line) => line !== ''))
    case 'pattern': {
      const fault = text === '' ? 'Write a pattern, such as [A-Z]{2}-[0-9]+.' : patternFault(text)
      return fault === null ? ok(text) : no(fault)
    }
    case 'minLength':
    case 'maxLength': {
      const length = Length.safeParse(trimmed === '' ? null : Number(trimmed))
      return length.success ? ok(length.data) : no('A whole number is needed.')
    }
    case 'min':
    case 'max': {
      const isDay = type === 'date' || type === 'timestamp'
      if (type === 'time') {
        const time = Bound.safeParse(trimmed)
        return time.success && !trimmed.includes('-')
          ? ok(time.data)
          : no('A time such as 08:30 is needed.')
      }
      if (type === 'duration') {
        const size = durationSeconds(trimmed)
        return size === null ? no('A duration such as 1:30:00 is needed.') : ok(size)
      }
      const bound = Bound.safeParse(isDay ? trimmed : trimmed === '' ? null : Number(trimmed))
      if (bound.success) return ok(bound.data)
      return no(isDay ? 'A day such as 2026-01-31 is needed.' : 'A number such as 12.5 is needed.')
    }
  }
}
