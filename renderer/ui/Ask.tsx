import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components'
import type { ReactNode } from 'react'

/**
 * Asks back before something that cannot be undone. Rendered only while it asks: a closed
 * Dialog of the kit leaves focusable, hidden elements at both ends of the page.
 * The button that opens it carries `useRestoreFocusTarget()`, to which the focus returns.
 */
export function Ask({
  title,
  children,
  yes,
  no,
  onYes,
  onClose,
}: {
  title: string
  children: ReactNode
  yes: string
  no: string
  onYes: () => void
  onClose: () => void
}) {
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>{children}</DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{no}</Button>
            <Button
              appearance="primary"
              onClick={() => {
                onClose()
                onYes()
              }}
            >
              {yes}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
