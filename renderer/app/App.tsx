import { Button, FluentProvider, webDarkTheme, webLightTheme } from '@fluentui/react-components'
import { QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { ConnectionsPage } from '../features/connections/ConnectionsPage.tsx'
import { ComparePage } from '../features/datasets/ComparePage.tsx'
import { DatasetPage } from '../features/datasets/DatasetPage.tsx'
import { DatasetsPage } from '../features/datasets/DatasetsPage.tsx'
import { UpdateBar } from '../features/desktop/UpdateBar.tsx'
import { InsightsPage } from '../features/insights/InsightsPage.tsx'
import { QueryPage } from '../features/query/QueryPage.tsx'
import { RunPage } from '../features/runs/RunPage.tsx'
import { RunsPage } from '../features/runs/RunsPage.tsx'
import { SendPage } from '../features/send/SendPage.tsx'
import { SettingsPage } from '../features/settings/SettingsPage.tsx'
import { StreamsPage } from '../features/streams/StreamsPage.tsx'
import { TopicPage } from '../features/streams/TopicPage.tsx'
import { TodayPage } from '../features/today/TodayPage.tsx'
import { LiveRegion } from '../ui/announce.tsx'
import { Page } from '../ui/Page.tsx'
import styles from './App.module.css'
import { CoreContext, type Core, useLine } from '../core/core.tsx'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { LineBar } from './LineBar.tsx'
import { useLiveRuns } from '../core/liveRuns.ts'
import { useRights } from '../core/may.ts'
import { NeedsBar } from './NeedsBar.tsx'
import { Overlay } from './Overlay.tsx'
import { QuestionsBar } from './QuestionsBar.tsx'
import { createQueryClient } from '../core/queries.ts'
import { Rail } from './Rail.tsx'
import { SignInBar } from './SignInBar.tsx'
import { StatusStrip } from './StatusStrip.tsx'
import { UnreadableBar } from './UnreadableBar.tsx'
import { useDropAnywhere } from './useDropAnywhere.ts'
import { hrefOf } from '../ui/route.ts'
import { useDark } from '../ui/useDark.ts'
import { useRoute } from '../ui/useRoute.ts'

export function App({ core }: { core: Core }) {
  const [queryClient] = useState(createQueryClient)
  return (
    <QueryClientProvider client={queryClient}>
      <CoreContext value={core}>
        <Themed>
          <ErrorBoundary place="Pallet’s window">
            <Gate />
          </ErrorBoundary>
        </Themed>
      </CoreContext>
    </QueryClientProvider>
  )
}

/** In the colours that are set, else those of the system. */
function Themed({ children }: { children: ReactNode }) {
  const dark = useDark()
  useEffect(() => {
    // Scroll bars and fields of the browser's own.
    document.body.style.colorScheme = dark ? 'dark' : 'light'
  }, [dark])
  return <FluentProvider theme={dark ? webDarkTheme : webLightTheme}>{children}</FluentProvider>
}

/** Whoever is not let in sees the reason, and nothing that could not work. */
function Gate() {
  const line = useLine()
  if (line.state !== 'refused') return <Shell />
  return (
    <main className={styles.main}>
      <Page
        title={line.signIn === null ? 'Pallet is running' : 'Sign in to Pallet'}
        lead={line.because}
      >
        {line.signIn !== null && (
          <div>
            <Button as="a" appearance="primary" href={line.signIn}>
              Sign in
            </Button>
          </div>
        )}
      </Page>
    </main>
  )
}

function Shell() {
  const route = useRoute()
  const dragging = useDropAnywhere()
  const maySignIn = useRights()?.('connections.deviceCode') ?? false
  useLiveRuns()
  // A page that broke is given a new chance when another one is opened.
  const place = hrefOf(route)
  return (
    <div className={styles.shell}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          // The address after # belongs to the pages.
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        Skip to the page
      </a>
      <Rail route={route} />
      <div className={styles.column}>
        <section aria-label="Notices">
          <LineBar />
          {maySignIn && <SignInBar />}
          <NeedsBar />
          <QuestionsBar />
          <UnreadableBar />
          <UpdateBar />
        </section>
        <main id="main" tabIndex={-1} className={styles.main}>
          <ErrorBoundary key={place} place="This page">
            {route.page === 'today' && <TodayPage />}
            {route.page === 'send' && <SendPage dragging={dragging} />}
            {route.page === 'runs' && <RunsPage />}
            {route.page === 'run' && <RunPage key={route.runId} runId={route.runId} />}
            {route.page === 'datasets' && <DatasetsPage />}
            {route.page === 'dataset' && <DatasetPage key={route.name} name={route.name} />}
            {route.page === 'compare' && (
              <ComparePage key={place} name={route.name} version={route.version} />
            )}
            {route.page === 'streams' &&
              (route.connection === null || route.topic === null ? (
                <StreamsPage connection={route.connection} />
              ) : (
                <TopicPage key={place} connection={route.connection} topic={route.topic} />
              ))}
            {route.page === 'insights' && <InsightsPage board={route.board} />}
            {route.page === 'query' && <QueryPage asked={route.sql} />}
            {route.page === 'connections' && <ConnectionsPage open={route.open} />}
            {route.page === 'settings' && <SettingsPage log={route.log} />}
          </ErrorBoundary>
        </main>
      </div>
      <StatusStrip />
      <LiveRegion />
      <Overlay />
    </div>
  )
}
