import { Button, Field, Input, Select } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { weekdays } from '../../../shared/domain/arriving/expected.ts'
import { ownZone } from '../../../shared/domain/localTime.ts'
import { AfterDelivery, WatchInput, placeWords } from '../../../shared/domain/arriving/watch.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { connectionsQuery, watchesQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import styles from './TodayPage.module.css'

const afterChoices: Record<AfterDelivery, string> = {
  leave: 'stay there',
  move: 'move to its folder “delivered”',
  delete: 'are deleted',
}

/** Which folder, which of its files, as what, and what becomes of them. */
export function WatchForm({
  datasets,
  onDone,
}: {
  datasets: readonly Dataset[]
  onDone: () => void
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [connection, setConnection] = useState('')
  const elsewhere = (useQuery(connectionsQuery(client)).data ?? []).filter(
    ({ settings }) => kindNamed(settings.kind)?.system.canBe.includes('files') === true,
  )
  const kind = kindNamed(elsewhere.find(({ name }) => name === connection)?.settings.kind ?? '')
  const [folder, setFolder] = useState('')
  const [pattern, setPattern] = useState('*.csv')
  const [dataset, setDataset] = useState(datasets[0]?.name ?? '')
  const [after, setAfter] = useState<AfterDelivery>('leave')
  const [by, setBy] = useState('')
  const [days, setDays] = useState<'7' | '5'>('7')
  const entered = WatchInput.safeParse({
    ...(connection === '' ? {} : { connection }),
    folder: folder.trim(),
    pattern: pattern.trim(),
    dataset,
    after,
    marker: null,
    expected: by === '' ? null : { by, days: weekdays.slice(0, Number(days)), zone: ownZone() },
  })
  const add = useMutation({
    mutationFn: (input: WatchInput) => client.watches.add(input),
    onSuccess: async ({ watch }) => {
      announce(`${placeWords(watch)} is watched.`)
      await queryClient.invalidateQueries({ queryKey: watchesQuery(client).queryKey })
      onDone()
    },
  })
  return (
    <form
      className={styles.form}
      aria-label="Watch a folder"
      onSubmit={(event) => {
        event.preventDefault()
        if (entered.success) add.mutate(entered.data)
      }}
    >
      <Field label="Where">
        <Select value={connection} onChange={(_, { value }) => setConnection(value)}>
          <option value="">This computer</option>
          {elsewhere.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <Field
        label="Folder"
        hint={
          kind === null
            ? 'Its whole path on this computer or a network drive.'
            : kind.system.canBe.includes('blobs')
              ? 'The container and the folder in it, such as exports/sales.'
              : 'Its path on the server.'
        }
      >
        <Input value={folder} onChange={(_, { value }) => setFolder(value)} />
      </Field>
      <Field label="Files" hint="* any characters, ? one.">
        <Input value={pattern} onChange={(_, { value }) => setPattern(value)} />
      </Field>
      <Field label="Dataset">
        <Select value={dataset} onChange={(_, { value }) => setDataset(value)}>
          {datasets.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </Field>
      <Field label="Delivered files">
        <Select value={after} onChange={(_, { value }) => setAfter(AfterDelivery.parse(value))}>
          {AfterDelivery.options.map((one) => (
            <option key={one} value={one}>
              {afterChoices[one]}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="A file should come by" hint="Empty: nobody waits for it.">
        <Input type="time" value={by} onChange={(_, { value }) => setBy(value)} />
      </Field>
      <Field label="On">
        <Select value={days} onChange={(_, { value }) => setDays(value === '5' ? '5' : '7')}>
          <option value="7">every day</option>
          <option value="5">every weekday</option>
        </Select>
      </Field>
      <div className={styles.buttons}>
        <Button
          type="submit"
          appearance="primary"
          disabledFocusable={!entered.success || add.isPending}
        >
          Watch this folder
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
      {add.isError && <ProblemNotice problem={problemOf(add.error)} />}
    </form>
  )
}
