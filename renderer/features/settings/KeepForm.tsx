import { Field, Select } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { settingsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import styles from './LimitForm.module.css'

const offered = [7, 30, 90, 365]

/** For how long raw rows stay on this computer; a change holds within the hour. */
export function KeepForm({ saved }: { saved: number | null }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const save = useMutation({
    mutationFn: (keepDays: number | null) => client.settings.save({ keepDays }),
    onSuccess: (settings) => {
      announce('Saved.')
      queryClient.setQueryData(settingsQuery(client).queryKey, settings)
    },
  })
  const chosen = save.isPending ? save.variables : saved
  const choices = chosen === null || offered.includes(chosen) ? offered : [...offered, chosen]
  return (
    <section className={styles.form} aria-labelledby="keep-settings">
      <h2 id="keep-settings" className={styles.heading}>
        How long raw rows stay here
      </h2>
      <p className={styles.about}>
        Rows that were held back, and copies of files that failed, stay on this computer to be
        fixed; so does what was chosen for files that were never sent. After this time all that is
        removed; receipts and what was delivered stay.
      </p>
      <Field label="Keep them" className={styles.field ?? ''}>
        <Select
          value={String(chosen ?? '')}
          onChange={(_, { value }) => save.mutate(value === '' ? null : Number(value))}
        >
          <option value="">for ever</option>
          {choices.map((days) => (
            <option key={days} value={days}>
              for {plural(days, 'day')}
            </option>
          ))}
        </Select>
      </Field>
      {save.isError && (
        <div role="alert">
          <ProblemNotice problem={problemOf(save.error)} />
        </div>
      )}
    </section>
  )
}
