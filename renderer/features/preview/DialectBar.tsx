import { Field, Input, Select } from '@fluentui/react-components'
import type { Dialect } from '../../../shared/domain/dialect.ts'
import styles from './DialectBar.module.css'
import {
  delimiterOptions,
  encodingOptions,
  headerOptions,
  isEncoding,
  quoteOptions,
  withQuote,
} from './dialectWords.ts'

/** Far above every title; below it a second table may begin. */
const maxStartLine = 10_000_000

/** How the file is read, to be changed on the spot; the table follows. */
export function DialectBar({
  dialect,
  onChange,
}: {
  dialect: Dialect
  onChange: (dialect: Dialect) => void
}) {
  return (
    <fieldset className={styles.bar} aria-label="How the file is read">
      <Field label="Encoding" size="small">
        <Select
          size="small"
          value={dialect.encoding}
          onChange={(_, { value }) => {
            if (isEncoding(value)) onChange({ ...dialect, encoding: value })
          }}
        >
          {encodingOptions.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Separator" size="small">
        <Select
          size="small"
          value={dialect.delimiter}
          onChange={(_, { value }) => onChange({ ...dialect, delimiter: value })}
        >
          {delimiterOptions(dialect.delimiter).map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Quote" size="small">
        <Select
          size="small"
          value={dialect.quote}
          onChange={(_, { value }) => onChange(withQuote(dialect, value))}
        >
          {quoteOptions(dialect.quote).map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Starts at line" size="small">
        <Input
          className={styles.line ?? ''}
          size="small"
          type="number"
          min={1}
          max={maxStartLine}
          value={String(dialect.skipLines + 1)}
          onChange={(_, { value }) => {
            const line = Number.parseInt(value, 10)
            if (line >= 1 && line <= maxStartLine) onChange({ ...dialect, skipLines: line - 1 })
          }}
        />
      </Field>
      <Field label="Header" size="small">
        <Select
          size="small"
          value={String(dialect.headerRows)}
          onChange={(_, { value }) => onChange({ ...dialect, headerRows: Number(value) })}
        >
          {headerOptions.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
    </fieldset>
  )
}
