import { useSyncExternalStore } from 'react'
import { KeyList } from './KeyList.tsx'
import { Palette } from './Palette.tsx'
import { closeOverlay, overlay, useShortcuts } from './useShortcuts.ts'

/** The dialogs that keys open from everywhere. */
export function Overlay() {
  useShortcuts()
  const open = useSyncExternalStore(overlay.subscribe, overlay.get)
  switch (open?.shown) {
    case 'palette':
      return <Palette onClose={closeOverlay} />
    case 'keys':
      return <KeyList onClose={closeOverlay} />
    case undefined:
      return null
  }
}
