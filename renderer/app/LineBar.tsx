import { Button, MessageBarActions, MessageBarBody, Spinner } from '@fluentui/react-components'
import { useEffect } from 'react'
import { PlainBar } from '../ui/PlainBar.tsx'
import { announce } from '../ui/announce.tsx'
import { useCore, useLine } from '../core/core.tsx'

/** From this attempt on (about twenty seconds) it is unlikely to be a restart. */
const longAttempts = 6

/** Says that the window has lost the core and that it is looking for it. */
export function LineBar() {
  const line = useLine()
  const { host } = useCore()
  const lost = line.state === 'lost'
  useEffect(() => {
    if (lost) announce('Reconnecting to Pallet.')
    else if (line.state === 'open') announce('')
  }, [lost, line.state])
  if (!lost) return null
  const long = line.attempts >= longAttempts
  return (
    <PlainBar
      shape="square"
      intent={long ? 'warning' : 'info'}
      icon={<Spinner size="tiny" />}
      layout="multiline"
    >
      <MessageBarBody>
        {!long
          ? 'Reconnecting… What runs have done is kept.'
          : host.desktop === null
            ? 'Still reconnecting. If Pallet was closed, start it again and open the address it shows; this page keeps trying. Runs that were cut off then go on by themselves.'
            : 'Still reconnecting. Close Pallet and open it again; runs that were cut off then go on by themselves.'}
      </MessageBarBody>
      {long && (
        <MessageBarActions>
          <Button size="small" onClick={() => window.location.reload()}>
            Reload
          </Button>
        </MessageBarActions>
      )}
    </PlainBar>
  )
}
