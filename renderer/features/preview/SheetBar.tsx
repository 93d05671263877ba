import { Field, Input, Select } from '@fluentui/react-components'
import { useState } from 'react'
import { type ReadingOf, numberWays, sheetRange } from '../../../shared/domain/files/reading.ts'
import styles from './TextBar.module.css'
import { headerOptions } from './dialectWords.ts'

const lastRow = 1_048_576

/** Where in a sheet the table stands, to be changed on the spot; the table follows. */
export function SheetBar({
  reading,
  onChange,
}: {
  reading: ReadingOf<'sheet'>
  onChange: (reading: ReadingOf<'sheet'>) => void
}) {
  const { range: _, ...wholeSheet } = reading
  /** While it is being typed, or is none; null: what counts is shown. */
  const [typed, setTyped] = useState<string | null>(null)
  const isRange = typed === null || typed.trim() === '' || sheetRange(typed) !== null
  // Only when it is whole: half of one may be a part of the sheet in which nothing stands.
  const take = (): void => {
    if (typed === null || !isRange) return
    setTyped(null)
    const range = sheetRange(typed)
    if (range !== (reading.range ?? null))
      onChange(range === null ? wholeSheet : { ...reading, range })
  }
  return (
    <fieldset className={styles.bar} aria-label="How the file is read">
      <Field
        label="Range"
        size="small"
        {...(isRange
          ? {}
          : {
              validationState: 'error' as const,
              validationMessage: 'This is no range. Write two corners, like B3:F200 or B:F.',
            })}
      >
        <Input
          className={styles.range ?? ''}
          size="small"
          placeholder="found"
          title="Like B3:F200; B:F has every row, B3:F those from the third on"
          value={typed ?? reading.range ?? ''}
          onChange={(_event, { value }) => setTyped(value)}
          onBlur={take}
          onKeyDown={({ key }) => {
            if (key === 'Enter') take()
          }}
        />
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
      <Field label="Numbers" size="small">
        <Select
          size="small"
          title="As stored: 0.19 and 2026-03-01, whatever the cell shows. As shown: 19 % and 01.03.26, as its format writes them."
          value={reading.numbers ?? 'stored'}
          onChange={(_, { value }) => {
            const numbers = numberWays.find((way) => way === value)
            if (numbers !== undefined) onChange({ ...reading, numbers })
          }}
        >
          <option value="stored">as stored</option>
          <option value="shown">as shown</option>
        </Select>
      </Field>
    </fieldset>
  )
}
