import { useQuery } from '@tanstack/react-query'
import { useClient, useCore } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { settingsQuery } from '../../core/queries.ts'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { DesktopForm } from '../desktop/DesktopForm.tsx'
import { AlertsForm } from './AlertsForm.tsx'
import { AuditPane } from './AuditPane.tsx'
import { ErasePane } from './ErasePane.tsx'
import { KeepForm } from './KeepForm.tsx'
import { LimitForm } from './LimitForm.tsx'
import { LogPane } from './LogPane.tsx'
import { ThemeForm } from './ThemeForm.tsx'

/** What is set for all of Pallet on this computer. `log`: what it met is to be seen at once. */
export function SettingsPage({ log }: { log: boolean }) {
  const client = useClient()
  const { desktop } = useCore().host
  const settings = useQuery(settingsQuery(client))
  return (
    <Page title="Settings" focusElsewhere={log}>
      {settings.isError && (
        <ProblemNotice
          problem={problemOf(settings.error)}
          action={{ label: 'Try again', run: () => void settings.refetch() }}
        />
      )}
      {settings.data !== undefined && <LimitForm saved={settings.data.uploadLimit} />}
      <AlertsForm />
      {settings.data !== undefined && <KeepForm saved={settings.data.keepDays} />}
      {settings.data !== undefined && <ThemeForm saved={settings.data.theme} />}
      {desktop !== null && <DesktopForm desktop={desktop} />}
      <ErasePane />
      <AuditPane />
      <LogPane key={String(log)} opened={log} />
    </Page>
  )
}
