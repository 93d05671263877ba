import { Button, Field, Input } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { SavedQuery } from '../../../shared/domain/warehouse/savedQuery.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { savedQueriesQuery } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './SavedQueries.module.css'

/** Statements under their names: the one that is written is saved, one that is chosen is written. */
export function SavedQueries({
  statement,
  connection,
  onChoose,
}: {
  /** Without space around it; '' for none. */
  statement: string
  connection: string
  onChoose: (query: SavedQuery) => void
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const { queryKey } = savedQueriesQuery(client)
  const saved = useQuery(savedQueriesQuery(client)).data ?? []
  const onSettled = () => queryClient.invalidateQueries({ queryKey })
  const save = useMutation({
    mutationFn: (query: SavedQuery) => client.warehouse.save(query),
    onSuccess: (_, query) => announce(`Saved as ${query.name}.`),
    onSettled,
  })
  const remove = useMutation({
    mutationFn: (of: string) => client.warehouse.remove({ name: of }),
    onSuccess: (_, of) => announce(`${of} is removed.`),
    onSettled,
  })
  const isThere = saved.some((one) => one.name === name.trim())
  const canSave = statement !== '' && name.trim() !== '' && !save.isPending
  const failed = save.error ?? remove.error
  return (
    <section className={styles.saved} aria-label="Saved queries">
      <h2 className={styles.title}>Saved queries</h2>
      {saved.length > 0 && (
        <ul className={styles.list}>
          {saved.map((one) => (
            <li key={one.name} className={styles.one}>
              <Button
                appearance="transparent"
                size="small"
                className={styles.name ?? ''}
                title={one.sql}
                onClick={() => {
                  setName(one.name)
                  onChoose(one)
                }}
              >
                {one.name}
              </Button>
              <Button
                appearance="subtle"
                size="small"
                aria-label={`Remove the query ${one.name}`}
                disabledFocusable={remove.isPending}
                onClick={() => remove.mutate(one.name)}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (canSave) save.mutate({ name: name.trim(), connection, sql: statement })
        }}
      >
        <Field label="Name of the query" hint="The command line asks it with --saved.">
          <Input value={name} maxLength={100} onChange={(_, { value }) => setName(value)} />
        </Field>
        <Button type="submit" size="small" disabledFocusable={!canSave}>
          {isThere ? 'Save in its place' : 'Save query'}
        </Button>
      </form>
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
    </section>
  )
}
