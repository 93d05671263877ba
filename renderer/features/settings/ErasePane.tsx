import { Button, Field, Select, Textarea } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type Erasure,
  type Found,
  foundWords,
  placeWords,
} from '../../../shared/domain/privacy/erasure.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery, erasuresQuery } from '../../core/queries.ts'
import { Ask } from '../../ui/Ask.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { formatFull } from '../../ui/times.ts'
import { Fold, FoldLines } from './Fold.tsx'
import formStyles from './LimitForm.module.css'
import styles from './LogPane.module.css'

/** A person is found wherever Pallet has put them, and taken out; no value of theirs is shown again or kept. */
export function ErasePane() {
  return <Fold title="Erase a person">{(open) => open && <Erase />}</Fold>
}

function Erase() {
  const client = useClient()
  const queryClient = useQueryClient()
  const datasets = useQuery(datasetsQuery(client))
  const known = (datasets.data ?? []).filter(({ contract }) => contract !== null)
  const [name, setName] = useState('')
  const [column, setColumn] = useState('')
  const [text, setText] = useState('')
  const [asking, setAsking] = useState(false)
  const dataset = known.find((one) => one.name === name) ?? known[0]
  // Those that are marked are meant first.
  const columns = (dataset?.contract?.columns ?? []).toSorted(
    (one, other) => Number(one.personal === undefined) - Number(other.personal === undefined),
  )
  const chosen = columns.find((one) => one.name === column) ?? columns[0]
  const values = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
  const input = { dataset: dataset?.name ?? '', column: chosen?.name ?? '', values }
  const find = useMutation({ mutationFn: () => client.erasures.find(input) })
  const erase = useMutation({
    mutationFn: () => client.erasures.erase(input),
    onSuccess: async (erasure) => {
      announce(`Erased: ${foundWords(erasure)}.`)
      setText('')
      find.reset()
      await queryClient.invalidateQueries({ queryKey: erasuresQuery(client).queryKey })
    },
  })
  const changed = (): void => {
    find.reset()
    erase.reset()
  }
  const failed = find.error ?? erase.error
  const isBusy = find.isPending || erase.isPending
  return (
    <div className={formStyles.form}>
      <p className={formStyles.about}>
        Looks for a value in the tables, blobs, held-back rows and copies of a dataset, as it
        stands, hashed and as a token. First it is only counted.
      </p>
      <Field label="Dataset" className={formStyles.field ?? ''}>
        <Select
          value={dataset?.name ?? ''}
          onChange={(_, { value }) => {
            setName(value)
            changed()
          }}
        >
          {known.map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </Select>
      </Field>
      <Field label="Found by the column" className={formStyles.field ?? ''}>
        <Select
          value={chosen?.name ?? ''}
          onChange={(_, { value }) => {
            setColumn(value)
            changed()
          }}
        >
          {columns.map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
              {one.personal === undefined ? '' : ' (personal)'}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Values, one a line" className={formStyles.field ?? ''}>
        <Textarea
          value={text}
          onChange={(_, { value }) => {
            setText(value)
            changed()
          }}
        />
      </Field>
      <div className={styles.tools}>
        <Button
          disabledFocusable={values.length === 0 || chosen === undefined || isBusy}
          onClick={() => find.mutate()}
        >
          {find.isPending ? 'Looking everywhere …' : 'Find'}
        </Button>
        <Button
          disabledFocusable={find.data === undefined || isBusy}
          onClick={() => setAsking(true)}
        >
          {erase.isPending ? 'Erasing …' : 'Erase…'}
        </Button>
      </div>
      <output>
        {find.data !== undefined && <What title="Found" found={find.data} />}
        {erase.data !== undefined && (
          <What title={`Erased, protocol ${erase.data.id}`} found={erase.data} />
        )}
      </output>
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
      <Protocols />
      {asking && find.data !== undefined && (
        <Ask
          title="Erase this person?"
          yes="Erase"
          no="Keep"
          onYes={() => erase.mutate()}
          onClose={() => setAsking(false)}
        >
          This takes out {foundWords(find.data)}, and cannot be had back. Other rows stay. A
          protocol says what was done, and not whom it was about.
        </Ask>
      )}
    </div>
  )
}

function What({ title, found }: { title: string; found: Found }) {
  return (
    <section className={formStyles.about} aria-label={title}>
      <p>
        {title}: {foundWords(found)}.
      </p>
      <ul>
        {found.places.map((place) => (
          <li key={`${place.kind} ${place.where}`}>{placeWords(place)}</li>
        ))}
        {found.unreached.map((sentence) => (
          <li key={sentence}>Not reached: {sentence}</li>
        ))}
      </ul>
    </section>
  )
}

function Protocols() {
  const all = useQuery(erasuresQuery(useClient()))
  if (all.data === undefined || all.data.length === 0) return null
  return (
    <FoldLines label="Protocols">
      {all.data.toReversed().map((one) => (
        <li key={one.id}>{protocolLine(one)}</li>
      ))}
    </FoldLines>
  )
}

function protocolLine(one: Erasure): string {
  const end =
    one.finishedAt === null
      ? 'cut off; find the person again and erase, and it goes on'
      : `${foundWords(one)}; ${plural(one.unreached.length, 'place')} not reached`
  return `${formatFull(one.at)}  ${one.who}  ${one.dataset}, ${one.column}: ${end}  (${one.id})`
}
