import { Field, Input, Select } from '@fluentui/react-components'
import type { ReadingOf } from '../../../shared/domain/reading.ts'
import styles from './DialectBar.module.css'
import { headerOptions } from './dialectWords.ts'

const lastRow = 1_048_576

/** Which table of a workbook is read, to be changed on the spot; the table follows. */
export function SheetBar({
  reading,
  sheets,
  onChange,
}: {
  reading: ReadingOf<'sheet'>
  sheets: readonly string[]
  onChange: (reading: ReadingOf<'sheet'>) => void
}) {
  // What is remembered need not be in this workbook.
  const names = sheets.includes(reading.sheet) ? sheets : [reading.sheet, ...sheets]
  return (
    <fieldset className={styles.bar} aria-label="How the file is read">
      <Field label="Sheet" size="small">
        <Select
          size="small"
          value={reading.sheet}
          // Where the table stands is another matter in another sheet.
          onChange={(_, { value }) =>
            onChange({ ...reading, sheet: value, skipLines: null, headerRows: null })
          }
        >
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </Field>
      <Field label="Starts at row" size="small">
        <Input
          className={styles.line ?? ''}
          size="small"
          type="number"
          min={1}
          max={lastRow}
          placeholder="found"
          value={reading.skipLines === null ? '' : String(reading.skipLines + 1)}
          onChange={(_, { value }) => {
            const row = Number.parseInt(value, 10)
            if (value === '') onChange({ ...reading, skipLines: null })
            else if (row >= 1 && row <= lastRow) onChange({ ...reading, skipLines: row - 1 })
          }}
        />
      </Field>
      <Field label="Header" size="small">
        <Select
          size="small"
          value={String(reading.headerRows ?? '')}
          onChange={(_, { value }) =>
            onChange({ ...reading, headerRows: value === '' ? null : Number(value) })
          }
        >
          <option value="">found</option>
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
