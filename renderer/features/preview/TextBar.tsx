import { Button, Field, Input, Select } from '@fluentui/react-components'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import {
  type DetectedReading,
  type EncodingEvidence,
  type Reading,
  type ReadingChoices,
  type ReadingOf,
  asFixed,
  rivalOf,
  withChoices,
} from '../../../shared/domain/files/reading.ts'
import { formatShare, plural } from '../../../shared/domain/sizes.ts'
import styles from './TextBar.module.css'
import {
  delimiterOptions,
  delimiterWord,
  encodingOptions,
  headerOptions,
  isEncoding,
  quoteOptions,
  withQuote,
} from './dialectWords.ts'
import { Ruler } from './Ruler.tsx'

/** Far above every title; below it a second table may begin. */
const maxStartLine = 10_000_000

/** In place of a delimiter. */
const noDelimiter = 'fixed'
const blanks = 'blanks'

function separatorOf(reading: ReadingOf<'delimited' | 'fixed'>): string {
  if (reading.kind === 'fixed') return noDelimiter
  return reading.dialect.repeats === true ? blanks : reading.dialect.delimiter
}

/** `3 columns, all rows`. */
function columnsWords({ columns, share }: { columns: number; share: number }): string {
  return `${plural(columns, 'column')}, ${share === 1 ? 'all rows' : `${formatShare(share)} of rows`}`
}

/** How a text is read, to be changed on the spot; the table follows. */
export function TextBar({
  reading,
  ruler,
  encoding,
  weighed,
  onChange,
}: {
  reading: ReadingOf<'delimited' | 'fixed'>
  /** Where it was detected. */
  encoding: EncodingEvidence | null
  /** The delimiter that was found, and the runner-up. */
  weighed: NonNullable<DetectedReading['weighed']>
  ruler: Preview['ruler']
  onChange: (reading: Reading) => void
}) {
  const [taken] = weighed
  const next = rivalOf(weighed)
  const text = reading.kind === 'delimited' ? reading.dialect : reading
  const choose = (choices: ReadingChoices) => {
    const next = withChoices(reading, choices)
    if (next !== null) onChange(next)
  }
  return (
    <>
      <fieldset className={styles.bar} aria-label="How the file is read">
        <Field
          className={styles.encoding ?? ''}
          label="Encoding"
          size="small"
          hint={
            encoding === null
              ? null
              : {
                  className: styles.evidence ?? '',
                  title: encoding.evidence,
                  children: `${encoding.confidence}: ${encoding.evidence}`,
                }
          }
        >
          <Select
            size="small"
            value={text.encoding}
            onChange={(_, { value }) => {
              if (isEncoding(value)) choose({ encoding: value })
            }}
          >
            {encodingOptions.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
        <Field
          className={styles.separator ?? ''}
          label="Separator"
          size="small"
          hint={
            taken === undefined
              ? null
              : {
                  className: styles.evidence ?? '',
                  title: columnsWords(taken),
                  children: columnsWords(taken),
                }
          }
        >
          <Select
            size="small"
            value={separatorOf(reading)}
            onChange={(_, { value }) => {
              if (value === blanks) choose({ delimiter: ' ', repeats: true })
              else if (value !== noDelimiter) choose({ delimiter: value, repeats: false })
              else if (reading.kind === 'delimited') onChange(asFixed(reading, null))
            }}
          >
            {delimiterOptions(reading.kind === 'delimited' ? reading.dialect.delimiter : ',').map(
              ({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ),
            )}
            <option value={blanks}>Blanks, one or several</option>
            <option value={noDelimiter}>Fixed width</option>
          </Select>
        </Field>
        {reading.kind === 'delimited' && (
          <Field label="Quote" size="small">
            <Select
              size="small"
              value={reading.dialect.quote}
              onChange={(_, { value }) => choose(withQuote(reading.dialect, value))}
            >
              {quoteOptions(reading.dialect.quote).map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          </Field>
        )}
        {reading.kind === 'delimited' && reading.dialect.comment !== undefined && (
          <Field label="Comments" size="small">
            <Select
              size="small"
              value={reading.dialect.comment}
              onChange={(_, { value }) => choose({ comment: value })}
            >
              <option value="">None</option>
              <option value={reading.dialect.comment || '#'}>
                Lines with {reading.dialect.comment || '#'}
              </option>
            </Select>
          </Field>
        )}
        <Field label="Starts at line" size="small">
          <Input
            className={styles.line ?? ''}
            size="small"
            type="number"
            min={1}
            max={maxStartLine}
            value={String(text.skipLines + 1)}
            onChange={(_, { value }) => {
              const line = Number.parseInt(value, 10)
              if (line >= 1 && line <= maxStartLine) choose({ skipLines: line - 1 })
            }}
          />
        </Field>
        <Field label="Header" size="small">
          <Select
            size="small"
            value={String(text.headerRows)}
            onChange={(_, { value }) => choose({ headerRows: Number(value) })}
          >
            {headerOptions.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Short rows" size="small">
          <Select
            size="small"
            value={reading.ragged ?? 'hold'}
            onChange={(_, { value }) => choose({ ragged: value === 'pad' ? 'pad' : 'hold' })}
          >
            <option value="hold">Hold back</option>
            <option value="pad">Fill up</option>
          </Select>
        </Field>
        {next !== null && next.reading.kind === 'delimited' && (
          <Button size="small" className={styles.next ?? ''} onClick={() => onChange(next.reading)}>
            {delimiterWord(next.reading.dialect.delimiter)} instead: {columnsWords(next)}
          </Button>
        )}
      </fieldset>
      {reading.kind === 'fixed' && ruler !== null && (
        <Ruler
          columns={reading.columns ?? ruler.columns}
          lines={ruler.lines}
          onChange={(columns) => onChange({ ...reading, columns })}
        />
      )}
    </>
  )
}
