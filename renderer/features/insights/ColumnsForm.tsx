import { Button, Field, Input, Select } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type InsightSetup,
  type InsightTables,
  type Role,
  type TableColumns,
  fitsRole,
  otherTables,
  roleWords,
  salesLacks,
  salesRoles,
  stockLacks,
  stockRoles,
} from '../../../shared/domain/warehouse/insights.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { insightSetupQuery } from '../../core/queries.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { hrefOf } from '../../ui/route.ts'
import styles from './Insights.module.css'

/** Which columns are what: proposed, and confirmed by a person once. */
export function ColumnsForm({
  kept,
  onDone,
  canCancel,
}: {
  kept: InsightTables
  onDone: () => void
  canCancel: boolean
}) {
  const setup = useQuery(insightSetupQuery(useClient()))
  if (setup.isError)
    return (
      <ProblemNotice
        problem={problemOf(setup.error)}
        action={{ label: 'Try again', run: () => void setup.refetch() }}
      />
    )
  if (setup.data === undefined) return <p className={styles.quiet}>Asking for the tables …</p>
  if (setup.data.tables.length === 0)
    return (
      <EmptyState title="No table yet">
        <p>
          <a href={hrefOf({ page: 'send' })}>Drop a file with sales</a>: as soon as its rows are in
          the built-in warehouse, this page shows what they add up to.
        </p>
      </EmptyState>
    )
  return <ChooseColumns setup={setup.data} kept={kept} onDone={onDone} canCancel={canCancel} />
}

function ChooseColumns({
  setup: { tables, proposed },
  kept,
  onDone,
  canCancel,
}: {
  setup: InsightSetup
  kept: InsightTables
  onDone: () => void
  canCancel: boolean
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  // What nobody has said yet follows the tables that come while the page is looked at.
  const [said, setSaid] = useState<Partial<InsightTables>>({})
  const { sales, stock } = {
    sales: kept.sales ?? proposed.sales,
    stock: kept.stock ?? proposed.stock,
    ...said,
  }
  const setSales = (given: InsightTables['sales']): void => setSaid({ ...said, sales: given })
  const setStock = (given: InsightTables['stock']): void => setSaid({ ...said, stock: given })
  const save = useMutation({
    mutationFn: (given: InsightTables) => client.insights.save(given),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['insights'] })
      announce('The columns are kept.')
      onDone()
    },
  })
  const lacks = [
    ...(sales === null ? [] : salesLacks(sales).map((one) => `of sales: ${one}`)),
    ...(stock === null ? [] : stockLacks(stock).map((one) => `of stock: ${one}`)),
  ]
  const others = otherTables(tables, { sales, stock })
  const isNone = sales === null && stock === null
  const canSave = lacks.length === 0 && !isNone && !save.isPending
  return (
    <form
      className={styles.form}
      aria-label="Columns"
      onSubmit={(event) => {
        event.preventDefault()
        if (canSave) save.mutate({ sales, stock })
      }}
    >
      <p className={styles.quiet}>
        Which columns are what? Pallet proposes it from their names and types; you say it once, and
        it is kept.
      </p>
      <RolesOf
        title="Sales"
        roles={salesRoles}
        tables={tables}
        value={sales}
        others={others.sales}
        onChange={(table, columns) =>
          setSales(table === null ? null : { table, columns, zone: sales?.zone ?? null })
        }
      >
        {sales !== null && (
          <Field
            label="Times are UTC, days are those of"
            hint="Such as Europe/Berlin; empty: times are as they stand."
          >
            <Input
              list="zones"
              value={sales.zone ?? ''}
              onChange={(_, { value }) =>
                setSales({ ...sales, zone: value.trim() === '' ? null : value.trim() })
              }
            />
            <datalist id="zones">
              {Intl.supportedValuesOf('timeZone').map((zone) => (
                <option key={zone} value={zone}>
                  {zone}
                </option>
              ))}
            </datalist>
          </Field>
        )}
      </RolesOf>
      <RolesOf
        title="Stock"
        roles={stockRoles}
        tables={tables}
        value={stock}
        others={others.stock}
        onChange={(table, columns) => setStock(table === null ? null : { table, columns })}
      />
      {isNone && (
        <p>
          No table is chosen.{' '}
          {proposed.sales === null && proposed.stock === null
            ? 'None of those that are there looks like sales (a time, and an amount or a price and a quantity) or like stock (a product, and how many lie there): '
            : 'Choose the one that holds sales, or stock, or '}
          <a href={hrefOf({ page: 'send' })}>send such a file</a>.
        </p>
      )}
      {lacks.length > 0 && <p>Still to be said {lacks.join('; ')}.</p>}
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
      <div className={styles.bar}>
        <Button appearance="primary" type="submit" disabledFocusable={!canSave}>
          Use these columns
        </Button>
        {canCancel && <Button onClick={onDone}>Cancel</Button>}
      </div>
    </form>
  )
}

function RolesOf<R extends Role>({
  title,
  roles,
  tables,
  value,
  others,
  onChange,
  children,
}: {
  title: string
  roles: readonly R[]
  tables: readonly TableColumns[]
  value: { table: string; columns: Partial<Record<R, string>> } | null
  /** Tables that could be meant as well. */
  others: readonly string[]
  onChange: (table: string | null, columns: Partial<Record<R, string>>) => void
  children?: React.ReactNode
}) {
  const columns = tables.find(({ table }) => table === value?.table)?.columns ?? []
  return (
    <fieldset className={styles.roles}>
      <legend>{title}</legend>
      <Field
        label={`Table of ${title.toLowerCase()}`}
        hint={others.length === 0 ? null : `It could as well be ${others.join(', ')}.`}
      >
        <Select
          value={value?.table ?? ''}
          onChange={(_, { value: table }) => onChange(table === '' ? null : table, {})}
        >
          <option value="">none</option>
          {tables.map(({ table }) => (
            <option key={table} value={table}>
              {table}
            </option>
          ))}
        </Select>
      </Field>
      {value !== null &&
        roles.map((role) => (
          <Field
            key={role}
            label={{ children: roleWords[role].name, htmlFor: `${title}-${role}` }}
            hint={roleWords[role].hint}
          >
            <Select
              id={`${title}-${role}`}
              value={value.columns[role] ?? ''}
              onChange={(_, { value: column }) => {
                const { [role]: _before, ...others } = value.columns
                onChange(
                  value.table,
                  (column === '' ? others : { ...others, [role]: column }) as typeof value.columns,
                )
              }}
            >
              <option value="">none</option>
              {columns
                .filter(({ type }) => fitsRole(role, type))
                .map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
            </Select>
          </Field>
        ))}
      {children}
    </fieldset>
  )
}
