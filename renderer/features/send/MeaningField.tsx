import { Dropdown, Field, Option, Radio, RadioGroup } from '@fluentui/react-components'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import {
  type Meaning,
  type MeaningKind,
  decidingColumns,
  meaningChoices,
  meaningKinds,
  meaningSentence,
} from '../../../shared/domain/datasets/meaning.ts'

/** What the file is to the rows that are in the table; null: it goes into none. */
export function MeaningField({
  meaning,
  columns,
  complaint,
  onChange,
}: {
  meaning: Meaning | null
  columns: readonly Column[]
  complaint: object
  onChange: (meaning: Meaning | null) => void
}) {
  const deciding = meaning === null ? [] : decidingColumns(meaning)
  const choose = (kind: MeaningKind): void => {
    const found = proposed(kind, columns)
    if (found !== null) onChange(found)
  }
  return (
    <>
      <Field
        label="What the file is"
        {...(meaning === null ? {} : { hint: meaningSentence(meaning) })}
        {...complaint}
      >
        <RadioGroup
          value={meaning?.kind ?? 'none'}
          onChange={(_, { value }) => {
            const kind = meaningKinds.find((candidate) => candidate === value)
            if (kind === undefined) onChange(null)
            else choose(kind)
          }}
        >
          {meaningKinds.map((kind) => (
            <Radio
              key={kind}
              value={kind}
              label={meaningChoices[kind]}
              disabled={kind !== meaning?.kind && proposed(kind, columns) === null}
            />
          ))}
          <Radio value="none" label="No table: only the blob" />
        </RadioGroup>
      </Field>
      {(meaning?.kind === 'slice' || meaning?.kind === 'upsert') && (
        <Field label={meaning.kind === 'slice' ? 'The same by' : 'A row is named by'}>
          <Dropdown
            multiselect
            value={deciding.join(', ')}
            selectedOptions={[...deciding]}
            onOptionSelect={(_, { selectedOptions }) => {
              // One that is named by nothing would replace everything.
              if (selectedOptions.length > 0) onChange(by(meaning.kind, selectedOptions))
            }}
          >
            {columns.map(({ name, label }) => (
              <Option key={name} value={name} text={label}>
                {label}
              </Option>
            ))}
          </Dropdown>
        </Field>
      )}
    </>
  )
}

function by(kind: 'slice' | 'upsert', columns: string[]): Meaning {
  return kind === 'slice' ? { kind, by: columns } : { kind, keys: columns }
}

/** With the column that most likely decides: the first date, or the first column. null: the file shows none. */
function proposed(kind: MeaningKind, columns: readonly Column[]): Meaning | null {
  switch (kind) {
    case 'append':
    case 'snapshot':
      return { kind }
    case 'slice': {
      const day = columns.find(({ type }) => type === 'date' || type === 'timestamp') ?? columns[0]
      return day === undefined ? null : by(kind, [day.name])
    }
    case 'upsert': {
      const [first] = columns
      return first === undefined ? null : by(kind, [first.name])
    }
  }
}
