import { Checkbox, Field, Select } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import {
  type DesktopBridge,
  type DesktopSettings,
  WhenClosed,
} from '../../../shared/contract/bridge.ts'
import type { ProblemData } from '../../../shared/domain/problem.ts'
import { desktopQuery } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './DesktopForm.module.css'

const closingWords: Record<WhenClosed, string> = {
  ask: 'Ask me',
  background: 'Go on in the background',
  quit: 'Quit; continue at the next start',
}

/** What can be set for the desktop app alone; every change holds at once. */
export function DesktopForm({ desktop }: { desktop: DesktopBridge<File> }) {
  const queryClient = useQueryClient()
  const settings = useQuery(desktopQuery(desktop))
  const save = useMutation({
    mutationFn: (next: DesktopSettings) => desktop.saveSettings(next),
    onSuccess: (saved) => {
      announce('Saved.')
      queryClient.setQueryData(desktopQuery(desktop).queryKey, saved)
    },
  })
  const failed = save.error ?? settings.error
  const shown = save.isPending ? save.variables : settings.data
  return (
    <section className={styles.form} aria-labelledby="desktop-settings">
      <h2 id="desktop-settings" className={styles.heading}>
        Pallet on this computer
      </h2>
      {shown !== undefined && (
        <>
          <Field
            className={styles.field ?? ''}
            label="When its window is closed while runs are under way"
          >
            <Select
              value={shown.whenClosed}
              onChange={(_, { value }) =>
                save.mutate({ ...shown, whenClosed: WhenClosed.parse(value) })
              }
            >
              {WhenClosed.options.map((choice) => (
                <option key={choice} value={choice}>
                  {closingWords[choice]}
                </option>
              ))}
            </Select>
          </Field>
          <Checkbox
            label="Tell me when a run ends, fails or needs me, while I do not look at it"
            checked={shown.notify}
            onChange={(_, { checked }) => save.mutate({ ...shown, notify: checked === true })}
          />
          {shown.startAtLogin !== null && (
            <Checkbox
              label="Start Pallet in the background when I sign in to this computer"
              checked={shown.startAtLogin}
              onChange={(_, { checked }) =>
                save.mutate({ ...shown, startAtLogin: checked === true })
              }
            />
          )}
        </>
      )}
      {failed !== null && (
        <div role="alert">
          <ProblemNotice problem={notSet(failed)} />
        </div>
      )}
    </section>
  )
}

function notSet(error: Error): ProblemData {
  return {
    code: 'internal',
    what: 'This was not set.',
    did: 'Everything stays as it was.',
    advice: 'Try again. If it happens again, the system may not allow it.',
    detail: error.message,
  }
}
