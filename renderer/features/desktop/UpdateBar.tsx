import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { useState, useSyncExternalStore } from 'react'
import type { UpdateState } from '../../../shared/contract/bridge.ts'
import { useCore } from '../../core/core.tsx'
import styles from './UpdateBar.module.css'
import { update } from './news.ts'

/** Says that a new version is coming, ready, or not coming. */
export function UpdateBar() {
  const { desktop } = useCore().host
  const state = useSyncExternalStore(update.subscribe, update.get)
  const [restarting, setRestarting] = useState(false)
  if (desktop === null || state === null) return null
  const restart = () => {
    setRestarting(true)
    desktop.restartToUpdate().catch(() => {
      setRestarting(false)
      update.set({ state: 'failed', reason: 'Pallet could not be restarted.' })
    })
  }
  return (
    <MessageBar
      shape="square"
      intent={state.state === 'failed' ? 'warning' : 'info'}
      layout="multiline"
    >
      <MessageBarBody>{words(state)}</MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button
            appearance="transparent"
            icon={<Dismiss16Regular />}
            aria-label="Close update"
            onClick={() => update.set(null)}
          />
        }
      >
        {state.state === 'ready' && (
          <Button size="small" disabledFocusable={restarting} onClick={restart}>
            {restarting ? 'Restarting…' : 'Restart now'}
          </Button>
        )}
      </MessageBarActions>
    </MessageBar>
  )
}

function words(state: UpdateState) {
  switch (state.state) {
    case 'downloading':
      return (
        <MessageBarTitle>
          Pallet {state.version} is being fetched: {state.percent} %.
        </MessageBarTitle>
      )
    case 'ready':
      return (
        <>
          <MessageBarTitle>Pallet {state.version} is ready.</MessageBarTitle> It is installed when
          Pallet is closed. Runs under way go on after the restart.
        </>
      )
    case 'failed':
      return (
        <>
          <MessageBarTitle>The new version of Pallet did not arrive.</MessageBarTitle> Pallet stays
          as it is and looks again by itself.
          <details className={styles.detail}>
            <summary>Detail</summary>
            {state.reason}
          </details>
        </>
      )
  }
}
