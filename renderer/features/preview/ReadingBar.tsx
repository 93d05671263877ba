import type { Reading } from '../../../shared/domain/reading.ts'
import { DialectBar } from './DialectBar.tsx'
import { SheetBar } from './SheetBar.tsx'

/** What can be changed on the spot of how a file is read, by its kind. */
export function ReadingBar({
  reading,
  onChange,
}: {
  reading: Reading
  onChange: (reading: Reading) => void
}) {
  switch (reading.kind) {
    case 'delimited':
      return (
        <DialectBar
          dialect={reading.dialect}
          onChange={(dialect) => onChange({ ...reading, dialect })}
        />
      )
    case 'records':
    case 'parquet':
      return null
    case 'sheet':
      return <SheetBar reading={reading} onChange={onChange} />
  }
}
