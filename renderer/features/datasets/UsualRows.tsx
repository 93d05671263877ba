import { Button, Field, Input } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { RowBounds, boundsWords } from '../../../shared/domain/datasets/dataset.ts'
import { type WholeSeverity, wholeSeverities } from '../../../shared/domain/rules/rules.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { SeveritySelect } from '../rules/SeveritySelect.tsx'
import styles from './DatasetsPage.module.css'

/** How many rows the files of a dataset usually have, and what becomes of one that has fewer or more. */
export function UsualRows({ name, rows }: { name: string; rows: RowBounds }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [atLeast, setAtLeast] = useState(textOf(rows.atLeast))
  const [atMost, setAtMost] = useState(textOf(rows.atMost))
  const [severity, setSeverity] = useState<WholeSeverity>(rows.severity ?? 'ask')
  const entered = RowBounds.safeParse({
    ...asBound('atLeast', atLeast),
    ...asBound('atMost', atMost),
    ...(severity === 'ask' ? {} : { severity }),
  })
  const save = useMutation({
    mutationFn: (bounds: RowBounds) => client.datasets.changeRows({ name, rows: bounds }),
    onSuccess: async () => {
      announce(`Saved for ${name}.`)
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    },
  })
  return (
    <details className={styles.columns}>
      <summary>Rows in a file: {boundsWords(rows) || 'any number'}</summary>
      <form
        className={styles.bounds}
        onSubmit={(event) => {
          event.preventDefault()
          if (entered.success) save.mutate(entered.data)
        }}
      >
        <Field label="At least" hint="Empty: fewer than half of what is replaced asks.">
          <Input
            type="number"
            min={0}
            value={atLeast}
            onChange={(_, { value }) => setAtLeast(value)}
          />
        </Field>
        <Field
          label="At most"
          hint="Empty: any number."
          {...(entered.success
            ? {}
            : { validationMessage: 'Use whole numbers, the smaller one first.' })}
        >
          <Input
            type="number"
            min={0}
            value={atMost}
            onChange={(_, { value }) => setAtMost(value)}
          />
        </Field>
        <Field label="Any other number">
          <SeveritySelect
            about="How many rows a file has"
            of={wholeSeverities}
            severity={severity}
            onChange={setSeverity}
          />
        </Field>
        <Button type="submit" disabledFocusable={!entered.success || save.isPending}>
          Save
        </Button>
      </form>
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
    </details>
  )
}

function textOf(bound: number | undefined): string {
  return bound === undefined ? '' : String(bound)
}

function asBound(name: 'atLeast' | 'atMost', text: string): RowBounds {
  return text.trim() === '' ? {} : { [name]: Number(text) }
}
