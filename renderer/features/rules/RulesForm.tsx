import { Button, Field, Input } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import { contractFaults } from '../../../shared/domain/rules/contractFaults.ts'
import type { Column, Contract } from '../../../shared/domain/datasets/dataset.ts'
import { cellRules, has } from '../../../shared/domain/rules/rules.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { ColumnRules } from './ColumnRules.tsx'
import { RowRules } from './RowRules.tsx'
import { WholeRules } from './WholeRules.tsx'
import styles from './Rules.module.css'

/** What the files of a dataset are held to besides the types of their columns. */
export function RulesForm({ name, contract }: { name: string; contract: Contract }) {
  const [open, setOpen] = useState(false)
  const { columns, rules = [], whole = [] } = contract
  const count =
    rules.length +
    whole.length +
    columns.reduce((sum, column) => sum + cellRules.filter((rule) => has(column, rule)).length, 0)
  return (
    <details className={styles.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{count === 0 ? 'No rules' : plural(count, 'rule')}</summary>
      {open && <Fields key={JSON.stringify(contract)} name={name} contract={contract} />}
    </details>
  )
}

function Fields({ name, contract }: { name: string; contract: Contract }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const datasets = useQuery(datasetsQuery(client))
  const [draft, setDraft] = useState(contract)
  const [why, setWhy] = useState('')
  const faults = contractFaults(draft)
  const isChanged = draft !== contract
  const save = useMutation({
    mutationFn: () => client.datasets.changeRules({ name, contract: draft, why: why.trim() }),
    onSuccess: async () => {
      announce(`Rules of ${name} saved.`)
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    },
  })
  const change = (part: Partial<Contract>) => {
    setDraft({ ...draft, ...part })
    save.reset()
  }
  const changeColumn = (column: Column) =>
    change({ columns: draft.columns.map((one) => (one.name === column.name ? column : one)) })
  const others = (datasets.data ?? []).filter(
    (one) => one.name !== name && one.contract !== null && one.destination?.warehouse != null,
  )
  return (
    <form
      className={styles.form}
      aria-label={`Rules of ${name}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (isChanged && faults.length === 0) save.mutate()
      }}
    >
      <div className={styles.columns}>
        {draft.columns.map((column) => (
          <Fragment key={column.name}>
            <span className={styles.label}>{column.label}</span>
            <ColumnRules column={column} onChange={changeColumn} />
          </Fragment>
        ))}
      </div>
      <h3>Whole rows</h3>
      <RowRules
        columns={draft.columns}
        rules={draft.rules ?? []}
        others={others}
        onChange={(rules) => change({ rules })}
      />
      <h3>The whole file</h3>
      <WholeRules
        columns={draft.columns}
        rules={draft.whole ?? []}
        onChange={(whole) => change({ whole })}
      />
      <PleaseLook at={faults} />
      <div className={styles.end}>
        <Field label="Why (kept with the change)" size="small">
          <Input
            size="small"
            maxLength={500}
            value={why}
            onChange={(_, { value }) => setWhy(value)}
          />
        </Field>
        <Button type="submit" disabledFocusable={!isChanged || faults.length > 0 || save.isPending}>
          Save rules
        </Button>
      </div>
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
    </form>
  )
}
