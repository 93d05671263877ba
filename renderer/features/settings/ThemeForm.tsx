import { Field, Select } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Theme } from '../../../shared/domain/settings.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { settingsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './LimitForm.module.css'

const themeWords: Record<Theme, string> = {
  system: 'As the system has them',
  light: 'Light',
  dark: 'Dark',
}

/** The colours of the window; a change holds at once. */
export function ThemeForm({ saved }: { saved: Theme }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const save = useMutation({
    mutationFn: (theme: Theme) => client.settings.save({ theme }),
    onSuccess: (settings) => {
      announce('Saved.')
      queryClient.setQueryData(settingsQuery(client).queryKey, settings)
    },
  })
  return (
    <section className={styles.form} aria-labelledby="theme-settings">
      <h2 id="theme-settings" className={styles.heading}>
        How it looks
      </h2>
      <Field label="Colours" className={styles.field ?? ''}>
        <Select
          value={save.isPending ? save.variables : saved}
          onChange={(_, { value }) => save.mutate(Theme.parse(value))}
        >
          {Theme.options.map((theme) => (
            <option key={theme} value={theme}>
              {themeWords[theme]}
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
