import type { Reading } from '../../../shared/domain/reading.ts'
import { DialectBar } from './DialectBar.tsx'
import { RecordsBar } from './RecordsBar.tsx'
import { SheetBar } from './SheetBar.tsx'

/** What can be changed on the spot of how a file is read, by its kind. */
export function ReadingBar({
  reading,
  lists,
  sheets,
  onChange,
}: {
  reading: Reading
  /** Of a document, where there is one. */
  lists: readonly string[][]
  /** Of a workbook. */
  sheets: readonly string[]
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
      return (
        <RecordsBar
          path={reading.path}
          lists={lists}
          onChange={(path) => onChange({ ...reading, path })}
        />
      )
    case 'parquet':
      return null
    case 'sheet':
      return <SheetBar reading={reading} sheets={sheets} onChange={onChange} />
  }
}
