import type { EncodingEvidence, Reading } from '../../../shared/domain/reading.ts'
import type { Preview } from '../../../shared/domain/preview.ts'
import { SheetBar } from './SheetBar.tsx'
import { TextBar } from './TextBar.tsx'

/** What can be changed on the spot of how a file is read, by its kind. */
export function ReadingBar({
  reading,
  ruler,
  encoding,
  onChange,
}: {
  reading: Reading
  /** Of text of fixed width, once it is read. */
  ruler: Preview['ruler']
  /** Where it was detected. */
  encoding: EncodingEvidence | null
  onChange: (reading: Reading) => void
}) {
  switch (reading.kind) {
    case 'delimited':
    case 'fixed':
      return <TextBar reading={reading} ruler={ruler} encoding={encoding} onChange={onChange} />
    case 'records':
    case 'parquet':
      return null
    case 'sheet':
      return <SheetBar reading={reading} onChange={onChange} />
  }
}
