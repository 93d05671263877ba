import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components'
import { useSyncExternalStore } from 'react'
import { commands, keyWords } from '../core/commands.ts'
import styles from './KeyList.module.css'

/** Keys that belong to a place, not to a command. */
const ofPlaces = [
  ['↑ ↓', 'In the list of runs: from run to run'],
  ['Space', 'In the list of runs: choose the run'],
  ['Enter', 'In the list of runs: open the run'],
  ['Esc', 'Close a dialog'],
] as const

/** Every key that does something now. */
export function KeyList({ onClose }: { onClose: () => void }) {
  const known = useSyncExternalStore(commands.subscribe, commands.get)
  const keyed = known.flatMap(({ title, keys }) =>
    keys === undefined ? [] : [[keyWords(keys), title] as const],
  )
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Keys</DialogTitle>
          <DialogContent>
            <dl className={styles.keys}>
              {[...keyed, ...ofPlaces].map(([keys, title]) => (
                <div key={keys} className={styles.line}>
                  <dt>
                    <kbd>{keys}</kbd>
                  </dt>
                  <dd>{title}</dd>
                </div>
              ))}
            </dl>
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>Close</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
