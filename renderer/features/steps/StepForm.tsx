import { Button, Checkbox, Field, Input, Select, Textarea } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { Fragment, type ReactNode, useEffect, useRef, useState } from 'react'
import type { RecipeStep, StepKind } from '../../../shared/domain/recipe/recipe.ts'
import { isParse } from '../../../shared/domain/cells/parsedCells.ts'
import { fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'
import { stepKindWords } from '../../../shared/domain/recipe/recipeWords.ts'
import { useClient } from '../../core/core.tsx'
import { datasetsQuery } from '../../core/queries.ts'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { FormsInFile } from './FormsInFile.tsx'
import { FormulaInput } from './FormulaInput.tsx'
import { type SimilarQuery, SimilarValues } from './SimilarValues.tsx'
import {
  type StepField,
  type StepValues,
  stepFields,
  stepOfValues,
  valuesOfStep,
} from './stepFields.ts'
import { MapEachValue, NamesInFile } from './ValuesInFile.tsx'
import styles from './Steps.module.css'

/** The form of one step, new or changed; it can be taken over when it fits the columns. */
export function StepForm({
  kind,
  step,
  given,
  labels,
  similar = null,
  onDone,
  onCancel,
}: {
  kind: StepKind
  /** The step that is changed; null: a new one. */
  step: RecipeStep | null
  /** What is known of a new one. */
  given: StepValues
  labels: readonly string[]
  /** What asks the chosen file for similar values; null: there is no file. */
  similar?: SimilarQuery | null
  onDone: (step: RecipeStep) => void
  onCancel: () => void
}) {
  const [values, setValues] = useState<StepValues>(step === null ? given : valuesOfStep(step))
  const made = stepOfValues(kind, values, step)
  // Whether a header is looked for where it can be found, the whole recipe says.
  const { id: _, ...alone } = made ?? { id: '', kind: 'trim' as const }
  const fault = made === null ? null : fitRecipe([{ ...alone, off: false }], labels).fault
  const set = (key: string, value: StepValues[string]) => setValues({ ...values, [key]: value })
  const form = useRef<HTMLFormElement>(null)
  // Whoever asked for it goes on here: with what is missing, or the first.
  useEffect(() => {
    const fields = [...(form.current?.querySelectorAll('input, select, textarea') ?? [])]
    const isEmpty = (field: Element) => 'value' in field && field.value === ''
    const next = fields.find(isEmpty) ?? fields[0]
    if (next instanceof HTMLElement) next.focus()
  }, [])
  return (
    <form
      ref={form}
      className={styles.form}
      aria-label={stepKindWords[kind]}
      onSubmit={(event) => {
        event.preventDefault()
        if (made !== null && fault === null) onDone(made)
      }}
    >
      <p className={styles.kind}>{stepKindWords[kind]}</p>
      {stepFields[kind].map((field) => (
        <FieldOf
          key={field.key}
          field={field}
          labels={labels}
          value={values[field.key]}
          onChange={(value) => set(field.key, value)}
        />
      ))}
      {kind === 'pivot-wider' && similar !== null && typeof values['names'] === 'string' && (
        <NamesInFile
          key={values['names']}
          column={values['names']}
          query={similar}
          onTake={(names) => {
            const turned = [values['names'], values['values']]
            const keys = labels.filter((label) => !turned.includes(label))
            setValues({ ...values, keys, columns: names.join('\n') })
          }}
        />
      )}
      {kind.startsWith('parse-') && similar !== null && (
        <OneColumn columns={values['columns']} words="Look at the values">
          {(column) => (
            <FormsInFile
              column={column}
              query={similar}
              step={made !== null && fault === null && isParse(made) ? made : null}
              onTake={kind === 'parse-date' ? (format) => set('formats', format) : null}
            />
          )}
        </OneColumn>
      )}
      {kind === 'map-values' && similar !== null && (
        <OneColumn columns={values['columns']} words="List every value">
          {(column) => (
            <MapEachValue
              column={column}
              query={similar}
              pairs={values['values']}
              onChange={(pairs) => set('values', pairs)}
            />
          )}
        </OneColumn>
      )}
      {kind === 'map-values' && similar !== null && (
        <OneColumn columns={values['columns']} words="Find similar spellings">
          {(column) => (
            <SimilarValues
              column={column}
              query={similar}
              onTake={(lines) => {
                const before = typeof values['values'] === 'string' ? values['values'] : ''
                const all = new Set([...before.split('\n'), ...lines])
                set('values', [...all].filter((line) => line !== '').join('\n'))
              }}
            />
          )}
        </OneColumn>
      )}
      <Field label="Name of the step" hint="It stands in the account of each run.">
        <Input
          value={typeof values['name'] === 'string' ? values['name'] : ''}
          maxLength={100}
          onChange={(_event, { value }) => set('name', value)}
        />
      </Field>
      <PleaseLook
        at={fault === null ? [] : [fault.sentence.replace(/^step 1, .*?: (?=\p{L})/su, '')]}
      />
      <div className={styles.buttons}>
        <Button
          type="submit"
          appearance="primary"
          disabledFocusable={made === null || fault !== null}
        >
          {step === null ? 'Add' : 'Change'}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  )
}

/** What is asked of the file about the one column that is chosen, once it is wanted. */
function OneColumn({
  columns,
  words,
  children,
}: {
  columns: StepValues[string] | undefined
  words: string
  children: (column: string) => ReactNode
}) {
  const [isOpen, setOpen] = useState(false)
  const chosen: readonly string[] = Array.isArray(columns) ? columns : []
  const [column] = chosen
  if (isOpen && column !== undefined && chosen.length === 1)
    return <Fragment key={column}>{children(column)}</Fragment>
  return (
    <Button
      size="small"
      className={styles.find ?? ''}
      disabledFocusable={chosen.length !== 1}
      onClick={() => setOpen(true)}
    >
      {words}
    </Button>
  )
}

/** Datasets that have a table; of the chosen one, what can be asked of it. */
function DatasetField({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (value: string) => void
}) {
  const { data: known = [] } = useQuery(datasetsQuery(useClient()))
  const withTable = known.filter(({ destination }) => (destination?.warehouse ?? null) !== null)
  const columns = withTable.find(({ name }) => name === value)?.contract?.columns ?? []
  const names = columns.map(({ name }) => name).join(', ')
  const hint = value === '' ? 'One whose rows go into a table.' : `Columns of its table: ${names}.`
  return (
    <Field label={label} hint={hint}>
      <Select value={value} onChange={(_, { value: now }) => onChange(now)}>
        <option value="">Choose a dataset</option>
        {withTable.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </Select>
    </Field>
  )
}

function FieldOf({
  field,
  labels,
  value,
  onChange,
}: {
  field: StepField
  labels: readonly string[]
  value: StepValues[string] | undefined
  onChange: (value: StepValues[string]) => void
}) {
  const { label, hint } = field
  const text = typeof value === 'string' ? value : ''
  const hinted = hint === undefined ? {} : { hint }
  switch (field.type) {
    case 'columns': {
      const chosen = Array.isArray(value) ? (value as readonly string[]) : []
      return (
        <fieldset className={styles.columns}>
          <legend>{label}</legend>
          <div>
            {labels.map((one) => (
              <Checkbox
                key={one}
                label={one}
                checked={chosen.includes(one)}
                onChange={(_, { checked }) =>
                  onChange(
                    checked === true ? [...chosen, one] : chosen.filter((other) => other !== one),
                  )
                }
              />
            ))}
          </div>
          {hint !== undefined && <p className={styles.hint}>{hint}</p>}
        </fieldset>
      )
    }
    case 'column':
      return (
        <Field label={label} {...hinted}>
          <Select value={text} onChange={(_, { value: now }) => onChange(now)}>
            <option value="">Choose a column</option>
            {labels.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </Select>
        </Field>
      )
    case 'dataset':
      return <DatasetField label={label} value={text} onChange={onChange} />
    case 'choice':
      return (
        <Field label={label} {...hinted}>
          <Select
            value={text || (field.options[0]?.value ?? '')}
            onChange={(_, { value: now }) => onChange(now)}
          >
            {field.options.map(({ value: one, words }) => (
              <option key={one} value={one}>
                {words}
              </option>
            ))}
          </Select>
        </Field>
      )
    case 'flag':
      return (
        <Checkbox
          label={label}
          checked={value === true}
          onChange={(_, { checked }) => onChange(checked === true)}
        />
      )
    case 'lines':
    case 'pairs':
      return (
        <Field label={label} {...hinted}>
          <Textarea
            value={text}
            spellCheck={false}
            onChange={(_, { value: now }) => onChange(now)}
          />
        </Field>
      )
    case 'formula':
      return (
        <Field label={label} {...hinted}>
          <FormulaInput value={text} labels={labels} onChange={onChange} />
        </Field>
      )
    case 'number':
    case 'text':
      return (
        <Field label={label} {...hinted}>
          <Input
            type={field.type === 'number' ? 'number' : 'text'}
            value={text}
            spellCheck={false}
            onChange={(_, { value: now }) => onChange(now)}
          />
        </Field>
      )
  }
}
