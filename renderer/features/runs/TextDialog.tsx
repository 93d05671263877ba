import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
} from '@fluentui/react-components'
import { useState } from 'react'

/** Asks for one text. Rendered only while it asks. */
export function TextDialog({
  title,
  hint,
  label,
  yes,
  isRequired,
  onYes,
  onClose,
}: {
  title: string
  hint: string
  label: string
  yes: string
  isRequired: boolean
  onYes: (text: string) => void
  onClose: () => void
}) {
  const [text, setText] = useState('')
  const [isLacking, setLacking] = useState(false)
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (isRequired && text.trim() === '') return setLacking(true)
            onClose()
            onYes(text)
          }}
        >
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent>
              <Field
                label={label}
                hint={hint}
                {...(isLacking ? { validationMessage: `Say it in a few words.` } : {})}
              >
                <Input value={text} onChange={(_, { value }) => setText(value)} />
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>Cancel</Button>
              <Button appearance="primary" type="submit">
                {yes}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  )
}
