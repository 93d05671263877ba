import { Button, Input, Select, Tag, ToggleButton } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { Search16Regular } from '@fluentui/react-icons/svg/search'
import { useRef, useState } from 'react'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { type LookFilter, filterWords } from '../../../shared/domain/files/look.ts'
import { useCommands } from '../../core/commands.ts'
import styles from './LookBar.module.css'

/** With fewer columns than these a person finds one by looking. */
const manyColumns = 12

/** Filters with a button of their own. */
const toggled = ['held', 'changed', 'repaired'] as const

/** What is looked for in the rows of a file: by text, by what would become of them, by line, by column. */
export function LookBar({
  columns,
  filters,
  ready,
  hasRepaired,
  hasSteps,
  onFilters,
  onLine,
  onColumn,
}: {
  columns: readonly Column[]
  filters: readonly LookFilter[]
  /** Whether the whole file is here to be looked through. */
  ready: boolean
  /** Whether a row of it was repaired. */
  hasRepaired: boolean
  /** Whether there are steps that may change one. */
  hasSteps: boolean
  onFilters: (filters: LookFilter[]) => void
  onLine: (line: number) => void
  onColumn: (index: number) => void
}) {
  const search = useRef<HTMLInputElement>(null)
  const goTo = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [column, setColumn] = useState('')
  const [line, setLine] = useState('')
  useCommands([
    { title: 'Find in the rows', keys: { with: 'ctrl', key: 'f' }, run: () => focus(search) },
    { title: 'Go to a line', keys: { with: 'ctrl', key: 'g' }, run: () => focus(goTo) },
  ])
  const without = (one: LookFilter): LookFilter[] => filters.filter((filter) => filter !== one)
  const only = (kind: (typeof toggled)[number]) => {
    const chosen = filters.find((filter) => filter.kind === kind)
    return {
      size: 'small' as const,
      checked: chosen !== undefined,
      disabled: !ready,
      onClick: () => onFilters(chosen === undefined ? [...filters, { kind }] : without(chosen)),
    }
  }
  return (
    <search className={styles.bar} aria-label="Look through the rows">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (text === '') return
          onFilters([...filters, { kind: 'contains', column: column === '' ? null : column, text }])
          setText('')
        }}
      >
        <Input
          input={{ ref: search }}
          className={styles.text ?? ''}
          size="small"
          contentBefore={<Search16Regular aria-hidden />}
          placeholder="Find …"
          aria-label="Text to find"
          title="Rows that contain this text as they are shown: before the steps, after them, or either (Ctrl+F)"
          disabled={!ready}
          maxLength={1000}
          value={text}
          onChange={(_, { value }) => setText(value)}
        />
        <Select
          className={styles.where ?? ''}
          size="small"
          aria-label="Column to find it in"
          disabled={!ready}
          value={column}
          onChange={(_, { value }) => setColumn(value)}
        >
          <option value="">in all columns</option>
          {columns.map(({ label }) => (
            <option key={label} value={label}>
              {label}
            </option>
          ))}
        </Select>
        <Button size="small" type="submit" disabled={!ready || text === ''}>
          Find
        </Button>
      </form>
      <ToggleButton {...only('held')}>Held back</ToggleButton>
      {hasSteps && (
        <ToggleButton
          {...only('changed')}
          title="Rows that the steps change or drop; where one step is looked at, that one"
        >
          Changed
        </ToggleButton>
      )}
      {hasRepaired && <ToggleButton {...only('repaired')}>Repaired</ToggleButton>}
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          const wanted = Number.parseInt(line.replaceAll(/[\s.,]/g, ''), 10)
          if (wanted >= 1) onLine(wanted)
        }}
      >
        <Input
          input={{ ref: goTo }}
          className={styles.line ?? ''}
          size="small"
          inputMode="numeric"
          placeholder="Line …"
          aria-label="Line to go to"
          title="Go to a line of the file (Ctrl+G)"
          value={line}
          onChange={(_, { value }) => setLine(value)}
        />
      </form>
      {columns.length > manyColumns && (
        <>
          <Input
            className={styles.line ?? ''}
            size="small"
            list="columns-of-the-file"
            placeholder="Column …"
            aria-label="Column to go to"
            onChange={(_, { value }) => {
              const index = columns.findIndex(({ label }) => label === value)
              if (index >= 0) onColumn(index)
            }}
          />
          <datalist id="columns-of-the-file">
            {columns.map(({ label }) => (
              <option key={label}>{label}</option>
            ))}
          </datalist>
        </>
      )}
      {filters
        .filter(({ kind }) => !toggled.some((one) => one === kind))
        .map((filter) => (
          <Tag
            key={filterWords(filter)}
            size="small"
            className={styles.tag ?? ''}
            dismissible
            dismissIcon={<Dismiss16Regular />}
            title={`${filterWords(filter)}: click to remove`}
            aria-label={`Remove the filter: ${filterWords(filter)}`}
            onClick={() => onFilters(without(filter))}
          >
            {filterWords(filter)}
          </Tag>
        ))}
    </search>
  )
}

function focus({ current }: { current: HTMLInputElement | null }): void {
  current?.focus()
  current?.select()
}
