import type {
  DetectedReading,
  EncodingEvidence,
  Reading,
} from '../../../shared/domain/files/reading.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import { SheetBar } from './SheetBar.tsx'
import { TextBar } from './TextBar.tsx'

/** What can be changed on the spot of how a file is read, by its kind. */
export function ReadingBar({
  reading,
  ruler,
  encoding,
  weighed,
  onChange,
}: {
  reading: Reading
  /** Of text of fixed width, once it is read. */
  ruler: Preview['ruler']
  /** Where it was detected. */
  encoding: EncodingEvidence | null
  /** The delimiter that was found, and the runner-up. */
  weighed: NonNullable<DetectedReading['weighed']>
  onChange: (reading: Reading) => void
}) {
  switch (reading.kind) {
    case 'delimited':
    case 'fixed':
      return (
        <TextBar
          reading={reading}
          ruler={ruler}
          encoding={encoding}
          weighed={weighed}
          onChange={onChange}
        />
      )
    case 'records':
    case 'parquet':
      return null
    case 'sheet':
      return <SheetBar key={reading.sheet} reading={reading} onChange={onChange} />
  }
}
