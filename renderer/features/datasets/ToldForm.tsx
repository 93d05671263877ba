import { Button, Field, Input } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Place } from '../../../shared/domain/datasets/dataset.ts'
import { toldShort } from '../../../shared/domain/datasets/names.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { connectionsQuery, datasetsQuery } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { complaintOf, connectionsFor } from '../send/destination.ts'
import { TriggersField } from '../send/TriggersField.tsx'
import styles from './DatasetsPage.module.css'

/** Who is told when a file of a dataset has landed, for files to come. */
export function ToldForm({ name, place }: { name: string; place: Place }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const connections = useQuery(connectionsQuery(client)).data ?? []
  const [changed, setChanged] = useState<Place['triggers'] | null>(null)
  const [why, setWhy] = useState('')
  /** What can be chosen is asked of the systems, which may ask a person to sign in: not before somebody wants to see it. */
  const [open, setOpen] = useState(false)
  /** Its fields keep what is typed: those of another round begin anew. */
  const [round, setRound] = useState(0)
  const triggers = changed ?? place.triggers
  const destination = { ...place, triggers }
  const isWrong = triggers.some((_, at) => complaintOf(at, destination, connections) !== null)
  const save = useMutation({
    mutationFn: () => client.datasets.changeTold({ name, triggers, why: why.trim() }),
    onSuccess: async () => {
      announce(`Saved for ${name}.`)
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
      setChanged(null)
      setWhy('')
    },
  })
  const canTell = triggers.length > 0 || connectionsFor('trigger', connections).length > 0
  return (
    <details className={styles.columns} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Told when the data has landed: {place.triggers.map(toldShort).join(', ') || 'nobody'}
      </summary>
      {open && (
        <form
          className={styles.told}
          onSubmit={(event) => {
            event.preventDefault()
            if (changed !== null && !isWrong && !save.isPending) save.mutate()
          }}
        >
          {canTell ? (
            <TriggersField
              key={round}
              destination={destination}
              connections={connections}
              onChange={setChanged}
            />
          ) : (
            <p className={styles.none}>
              Nobody can be told yet: add Airflow, Teams or another of those who are told under{' '}
              <a href={hrefOf({ page: 'connections', open: null })}>Connections</a>.
            </p>
          )}
          {changed !== null && (
            <>
              <Field label="Why (kept with it)" size="small">
                <Input
                  size="small"
                  value={why}
                  maxLength={500}
                  onChange={(_, { value }) => setWhy(value)}
                />
              </Field>
              <div className={styles.end}>
                <Button
                  size="small"
                  type="submit"
                  appearance="primary"
                  disabledFocusable={isWrong || save.isPending}
                >
                  Save
                </Button>
                <Button
                  size="small"
                  onClick={() => {
                    setChanged(null)
                    setRound(round + 1)
                  }}
                >
                  Leave it as it was
                </Button>
              </div>
            </>
          )}
        </form>
      )}
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
    </details>
  )
}
