import { Button, Field, Input, Select } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Connection } from '../../../shared/domain/connection.ts'
import { Extract, type Paging, pagingKinds } from '../../../shared/domain/arriving/extract.ts'
import { extractPresets } from '../../../shared/domain/arriving/extractPresets.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { schedulesQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { FirstPage } from './FirstPage.tsx'
import styles from './FetchedLists.module.css'

type List = Omit<Extract, 'connection'>

const anyList: List = {
  path: '',
  query: {},
  records: '',
  paging: { kind: 'none' },
  key: null,
  incremental: null,
  total: null,
}

const pagingWords: Record<Paging['kind'], string> = {
  none: 'all in one answer',
  page: 'by their numbers',
  offset: 'by how many come before',
  cursor: 'by a cursor in the answer',
  link: 'by the header Link',
  next: 'by the next address in the answer',
}

/** Of which connection, which list, how its pages are asked for, and what of it is new. */
export function ExtractForm({
  dataset: given,
  connections,
  onDone,
}: {
  /** null: it is named here. */
  dataset: string | null
  connections: readonly Connection[]
  onDone: () => void
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [dataset, setDataset] = useState(given ?? '')
  const [connection, setConnection] = useState(connections[0]?.name ?? '')
  const [list, setList] = useState<List>(anyList)
  const change = (part: Partial<List>): void => {
    setList({ ...list, ...part })
    tried.reset()
  }
  const entered = Extract.safeParse({ ...list, connection })
  const tried = useMutation({ mutationFn: (extract: Extract) => client.extracts.try(extract) })
  const save = useMutation({
    mutationFn: (extract: Extract) => client.extracts.save({ dataset: dataset.trim(), extract }),
    onSuccess: async () => {
      announce(`Saved where ${dataset.trim()} is fetched from.`)
      await queryClient.invalidateQueries({ queryKey: schedulesQuery(client).queryKey })
      onDone()
    },
  })
  const failed = save.error ?? tried.error
  return (
    <form
      className={styles.form}
      aria-label="Fetch a list"
      onSubmit={(event) => {
        event.preventDefault()
        if (entered.success && dataset.trim() !== '') save.mutate(entered.data)
      }}
    >
      <div className={styles.fields}>
        {given === null && (
          <Field label="Dataset" hint="What its rows are, such as orders.">
            <Input value={dataset} maxLength={63} onChange={(_, { value }) => setDataset(value)} />
          </Field>
        )}
        <Field label="Connection">
          <Select value={connection} onChange={(_, { value }) => setConnection(value)}>
            {connections.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        </Field>
        <Field label="List" hint="One that is known, or any.">
          <Select
            onChange={(_, { value }) =>
              change(extractPresets.find(({ name }) => name === value)?.extract ?? anyList)
            }
          >
            <option value="">any other list</option>
            {extractPresets.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Path" hint="Below the address of the connection: /orders.json">
          <Input value={list.path} onChange={(_, { value }) => change({ path: value.trim() })} />
        </Field>
      </div>
      <details open={list.path !== ''}>
        <summary>How it is read</summary>
        <div className={styles.fields}>
          <Field label="The records are in" hint="orders, or data.items; empty: the answer itself.">
            <Input
              value={list.records}
              onChange={(_, { value }) => change({ records: value.trim() })}
            />
          </Field>
          <Field label="What tells records apart" hint="id; empty: all that is in them.">
            <Input
              value={list.key ?? ''}
              onChange={(_, { value }) => change({ key: value.trim() || null })}
            />
          </Field>
          <PagingFields paging={list.paging} onChange={(paging) => change({ paging })} />
          <Field
            label="Only what is new, by"
            hint="A time or number that grows, such as updated_at."
          >
            <Input
              value={list.incremental?.field ?? ''}
              onChange={(_, { value }) =>
                change({
                  incremental:
                    value.trim() === ''
                      ? null
                      : { parameter: '', back: 0, ...list.incremental, field: value.trim() },
                })
              }
            />
          </Field>
          {list.incremental !== null && (
            <Field label="The parameter for it" hint="It takes the smallest that is wanted.">
              <Input
                value={list.incremental.parameter}
                onChange={(_, { value }) =>
                  list.incremental !== null &&
                  change({ incremental: { ...list.incremental, parameter: value.trim() } })
                }
              />
            </Field>
          )}
        </div>
      </details>
      <div className={styles.buttons}>
        <Button
          disabledFocusable={!entered.success || tried.isPending}
          onClick={() => entered.success && tried.mutate(entered.data)}
        >
          Try it
        </Button>
        <Button
          type="submit"
          appearance="primary"
          disabledFocusable={!entered.success || dataset.trim() === '' || save.isPending}
        >
          Save
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
      {tried.data !== undefined && <FirstPage page={tried.data} />}
    </form>
  )
}

function PagingFields({
  paging,
  onChange,
}: {
  paging: Paging
  onChange: (paging: Paging) => void
}) {
  const size = paging.kind === 'none' ? null : paging.size
  return (
    <>
      <Field label="Its pages are asked for">
        <Select
          value={paging.kind}
          onChange={(_, { value }) => {
            const kind = pagingKinds.find((one) => one === value) ?? 'none'
            onChange(emptyPaging(kind, size))
          }}
        >
          {pagingKinds.map((kind) => (
            <option key={kind} value={kind}>
              {pagingWords[kind]}
            </option>
          ))}
        </Select>
      </Field>
      {'parameter' in paging && (
        <Field label="Parameter of the page">
          <Input
            value={paging.parameter}
            onChange={(_, { value }) => onChange({ ...paging, parameter: value.trim() })}
          />
        </Field>
      )}
      {'next' in paging && (
        <Field label="Where the next is in the answer" hint="next, or paging.cursor">
          <Input
            value={paging.next}
            onChange={(_, { value }) => onChange({ ...paging, next: value.trim() })}
          />
        </Field>
      )}
      {paging.kind !== 'none' && (
        <Field
          label="Parameter of the size"
          hint="Pages of a hundred; empty: as large as it likes."
        >
          <Input
            value={size?.parameter ?? ''}
            onChange={(_, { value }) =>
              onChange({
                ...paging,
                size:
                  value.trim() === '' ? null : { records: 100, ...size, parameter: value.trim() },
              })
            }
          />
        </Field>
      )}
    </>
  )
}

type Size = Exclude<Paging, { kind: 'none' }>['size']

function emptyPaging(kind: Paging['kind'], size: Size): Paging {
  switch (kind) {
    case 'none':
      return { kind }
    case 'page':
      return { kind, parameter: 'page', first: 1, size }
    case 'offset':
      return { kind, parameter: 'offset', size }
    case 'cursor':
      return { kind, parameter: 'cursor', next: 'cursor', untilEmpty: false, size }
    case 'link':
      return { kind, size }
    case 'next':
      return { kind, next: 'next', size }
  }
}
