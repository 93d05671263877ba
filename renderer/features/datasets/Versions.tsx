import { Button, Field, Input, useRestoreFocusTarget } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import type { DatasetVersion } from '../../../shared/domain/datasets/version.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery, versionsQuery } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { Ask } from '../../ui/Ask.tsx'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import styles from './DatasetsPage.module.css'

/** When the steps and columns of a dataset were changed, by whom and why; each older version can be had again. */
export function Versions({ dataset }: { dataset: Dataset }) {
  const [open, setOpen] = useState(false)
  return (
    <details className={styles.columns} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Changes to steps and columns</summary>
      {open && <List dataset={dataset} />}
    </details>
  )
}

function List({ dataset }: { dataset: Dataset }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const { name } = dataset
  const versions = useQuery(versionsQuery(client, dataset))
  const [asking, setAsking] = useState<DatasetVersion | null>(null)
  const [why, setWhy] = useState('')
  const returnFocus = useRestoreFocusTarget()
  const restore = useMutation({
    mutationFn: ({ version }: DatasetVersion) =>
      client.datasets.restore({ name, version, why: why.trim() }),
    onSuccess: async (_, { version }) => {
      setWhy('')
      announce(`${name} is as in version ${version} again.`)
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    },
  })
  if (versions.isError) return <ProblemNotice problem={problemOf(versions.error)} />
  if (versions.data === undefined) return null
  return (
    <>
      <table className={styles.fields} aria-label={`Changes to ${name}`}>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What and why</th>
            <th scope="col">Holds</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {versions.data.map((one, index) => (
            <tr key={one.version}>
              <th scope="row">{one.version}</th>
              <td title={formatFull(one.at)}>{formatWhen(one.at)}</td>
              <td>{one.who}</td>
              <td>
                {one.what}
                {one.why !== '' && ` “${one.why}”`}
              </td>
              <td>{holds(one)}</td>
              <td>
                {index === 0 ? (
                  'now'
                ) : (
                  <span className={styles.end}>
                    <a
                      aria-label={`Compare version ${one.version} of ${name} with now`}
                      href={hrefOf({ page: 'compare', name, version: one.version })}
                    >
                      Compare…
                    </a>
                    <Button
                      {...returnFocus}
                      size="small"
                      aria-label={`Restore version ${one.version} of ${name}`}
                      onClick={() => setAsking(one)}
                    >
                      Restore
                    </Button>
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <PleaseLook at={restore.data == null ? [] : [restore.data]} />
      {restore.isError && <ProblemNotice problem={problemOf(restore.error)} />}
      {asking !== null && (
        <Ask
          title={`As in version ${asking.version} again?`}
          yes="Restore"
          no="Leave it"
          onYes={() => restore.mutate(asking)}
          onClose={() => setAsking(null)}
        >
          <p>The next files of {name} are read, cleaned and judged as then. Where they go stays.</p>
          <Field label="Why (kept with it)">
            <Input value={why} maxLength={500} onChange={(_, { value }) => setWhy(value)} />
          </Field>
        </Ask>
      )}
    </>
  )
}

function holds({ recipe, contract }: DatasetVersion): string {
  const steps = plural(recipe.filter(({ off }) => off !== true).length, 'step')
  return contract === null ? steps : `${steps}, ${plural(contract.columns.length, 'column')}`
}
