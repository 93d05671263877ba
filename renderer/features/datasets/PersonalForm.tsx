import { Button } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type ColumnChange,
  changedColumns,
  tableAfter,
} from '../../../shared/domain/columns/columnChange.ts'
import type { Column, Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { personalRules } from '../../../shared/domain/privacy/personal.ts'
import {
  placesOf,
  treatedColumns,
  treatmentFault,
  treatmentsOf,
  unmarked,
} from '../../../shared/domain/privacy/personalRules.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { PersonalFields } from '../../ui/PersonalFields.tsx'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './DatasetsPage.module.css'

/** Which columns are about persons, and what becomes of each where it is sent; those that look so are named first. */
export function PersonalForm({
  dataset,
  columns,
}: {
  dataset: Dataset
  columns: readonly Column[]
}) {
  const { lastFile = [] } = dataset
  const marked = columns.filter(({ personal }) => personal !== undefined)
  const prints = columns.map(({ label }) => lastFile.find((one) => one.label === label) ?? {})
  const likely = unmarked(columns, prints, dataset.recipe)
  const [open, setOpen] = useState(false)
  return (
    <details className={styles.columns} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Personal columns: {marked.map(({ label }) => label).join(', ') || 'none'}
        {likely.length > 0 && ` (${likely.map(({ label }) => label).join(', ')} may be)`}
      </summary>
      {open && (
        <Fields
          dataset={dataset}
          columns={columns}
          kinds={new Map(likely.map(({ label, kind }) => [label, kind]))}
        />
      )}
    </details>
  )
}

function Fields({
  dataset: { name, destination },
  columns,
  kinds,
}: {
  dataset: Dataset
  columns: readonly Column[]
  kinds: ReadonlyMap<string, string>
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [changes, setChanges] = useState<ColumnChange[]>([])
  const after = changedColumns(columns, changes)
  const treated = (all: readonly Column[]) =>
    destination === null ? [] : treatmentsOf(all, placesOf(destination))
  const fault = destination === null ? null : treatmentFault(after, treated(after), destination)
  const table = destination?.warehouse ?? null
  const sent = (all: readonly Column[]) => treatedColumns(all, treated(all))
  const told =
    fault ??
    (table === null ? null : tableAfter(table.table, table.meaning, sent(columns), sent(after)))
  const save = useMutation({
    mutationFn: () => client.datasets.changeColumns({ name, changes }),
    onSuccess: async () => {
      announce(`Saved for ${name}.`)
      setChanges([])
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    },
  })
  const shown = [...columns.keys()].toSorted((one, other) => rank(one) - rank(other))
  function rank(index: number): number {
    const { label = '', personal } = columns[index] ?? {}
    return personal !== undefined ? 0 : kinds.has(label) ? 1 : 2
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (fault === null && changes.length > 0) save.mutate()
      }}
    >
      <p className={styles.none}>
        A run has one output for all its destinations: the strictest rule of these holds, in the
        order {personalRules.join(', ')}. What was sent before stays as it is.
      </p>
      <table className={styles.fields} aria-label={`Personal columns of ${name}`}>
        <tbody>
          {shown.map((index) => {
            const [before, now] = [columns[index], after[index]]
            if (before === undefined || now === undefined) return null
            const { label, name: column } = before
            const kind = kinds.get(label)
            return (
              <tr key={column} className={styles.top ?? ''}>
                <th scope="row">
                  {label}
                  {kind !== undefined && <div className={styles.none}>likely: {kind}</div>}
                </th>
                <td>
                  <PersonalFields
                    label={label}
                    personal={now.personal ?? null}
                    onChange={(personal) => {
                      setChanges([
                        ...changes.filter((one) => one.column !== column),
                        { column, personal },
                      ])
                      save.reset()
                    }}
                  />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <PleaseLook at={told === null ? [] : [told]} />
      <div className={styles.end}>
        <Button
          type="submit"
          disabledFocusable={fault !== null || changes.length === 0 || save.isPending}
        >
          Save personal columns
        </Button>
        {save.isSuccess && <span>Saved, for the files to come.</span>}
      </div>
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
    </form>
  )
}
