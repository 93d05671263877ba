import { Button, Checkbox, Input, Select } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type ColumnChange,
  changedColumns,
  tableAfter,
  wrongColumns,
} from '../../../shared/domain/columns/columnChange.ts'
import { optionOf } from '../../../shared/domain/columns/columnChoice.ts'
import type { Column, WarehouseTarget } from '../../../shared/domain/datasets/dataset.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery } from '../../core/queries.ts'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { choiceOf, typeOptionsFor } from '../preview/columnTypes.ts'
import styles from './DatasetsPage.module.css'

/** The columns that files of a dataset are held to; what is changed holds for those to come, and what it does to the table is said first. */
export function ColumnsForm({
  name,
  columns,
  warehouse,
}: {
  name: string
  columns: readonly Column[]
  warehouse: WarehouseTarget | null
}) {
  const [open, setOpen] = useState(false)
  return (
    <details className={styles.columns} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{plural(columns.length, 'column')}</summary>
      {open && <Fields name={name} columns={columns} warehouse={warehouse} />}
    </details>
  )
}

function Fields({ name, columns, warehouse }: Parameters<typeof ColumnsForm>[0]) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [changes, setChanges] = useState<ColumnChange[]>([])
  const after = changedColumns(columns, changes)
  const wrong = wrongColumns(after)
  const change = (column: string, next: Omit<ColumnChange, 'column'>) => {
    const before = changes.find((one) => one.column === column) ?? { column }
    setChanges([...changes.filter((one) => one !== before), { ...before, ...next }])
    save.reset()
  }
  const save = useMutation({
    mutationFn: () => client.datasets.changeColumns({ name, changes }),
    onSuccess: async () => {
      announce(`Saved for ${name}.`)
      setChanges([])
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    },
  })
  const table =
    warehouse === null ? null : tableAfter(warehouse.table, warehouse.meaning, columns, after)
  const told = save.data ?? table
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (wrong === null && changes.length > 0) save.mutate()
      }}
    >
      <table className={styles.fields} aria-label={`Columns of ${name}`}>
        <thead>
          <tr>
            <th scope="col">In the file</th>
            <th scope="col">In the table</th>
            <th scope="col">Type</th>
            <th scope="col">Never empty</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((before, index) => {
            const { name: column, label } = before
            const now = after[index]
            if (now === undefined) return null
            const types = typeOptionsFor(before, now)
            return (
              <tr key={column}>
                <th scope="row">{label}</th>
                <td>
                  <Input
                    size="small"
                    aria-label={`Name of ${label} in the table`}
                    value={now.name}
                    spellCheck={false}
                    onChange={(_, { value }) => change(column, { name: value })}
                  />
                </td>
                <td>
                  <Select
                    size="small"
                    aria-label={`Type of ${label}`}
                    value={optionOf(now)}
                    onChange={(_, { value }) => change(column, { type: choiceOf(value, types) })}
                  >
                    {types.map(({ value, label: words }) => (
                      <option key={value} value={value}>
                        {words}
                      </option>
                    ))}
                  </Select>
                </td>
                <td>
                  <Checkbox
                    aria-label={`${label} is never empty`}
                    checked={now.required === true}
                    onChange={(_, { checked }) => change(column, { required: checked === true })}
                  />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <PleaseLook at={wrong !== null ? [wrong] : told === null ? [] : [told]} />
      <div className={styles.end}>
        <Button
          type="submit"
          disabledFocusable={wrong !== null || changes.length === 0 || save.isPending}
        >
          Save columns
        </Button>
        {save.isSuccess && <span>Saved, for the files to come.</span>}
      </div>
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
    </form>
  )
}
