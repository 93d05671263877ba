import type { ReactNode } from 'react'
import type { Reading, ReadingKind, ReadingOf } from '../../../shared/domain/reading.ts'
import { DialectBar } from './DialectBar.tsx'

interface BarProps<Kind extends ReadingKind> {
  reading: ReadingOf<Kind>
  onChange: (reading: Reading) => void
}

/** What can be changed on the spot of how a file is read, by its kind. */
const bars: { [Kind in ReadingKind]: (props: BarProps<Kind>) => ReactNode } = {
  delimited: ({ reading, onChange }) => (
    <DialectBar
      dialect={reading.dialect}
      onChange={(dialect) => onChange({ ...reading, dialect })}
    />
  ),
}

export function ReadingBar(props: BarProps<ReadingKind>) {
  return bars[props.reading.kind](props)
}
