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
  Select,
} from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'
import { addableKinds, needsSecret, type Connection } from '../../../shared/domain/connection.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient } from '../../core/core.tsx'
import { connectionsQuery } from '../../core/queries.ts'
import { problemOf } from '../../core/problem.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './ConnectionDialog.module.css'
import {
  emptyForm,
  endpointOf,
  fieldsOf,
  formOf,
  isAddable,
  kindWords,
  saveInput,
  secretWords,
  type Complaints,
  type ConnectionForm,
  type SaveInput,
} from './kinds.ts'

/** Adds a connection, or changes the one that is given. */
export function ConnectionDialog({
  connection,
  taken,
  onClose,
}: {
  connection: Connection | null
  /** Names that are in use already. */
  taken: readonly string[]
  onClose: () => void
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [form, setForm] = useState<ConnectionForm>(() =>
    connection === null ? emptyForm : formOf(connection),
  )
  const [complaints, setComplaints] = useState<Complaints>({})
  const save = useMutation({
    mutationFn: (input: SaveInput) => client.connections.save(input),
    onSuccess: async (saved) => {
      announce(`Connection ${saved.name} saved.`)
      await queryClient.invalidateQueries({ queryKey: connectionsQuery(client).queryKey })
      onClose()
    },
  })
  const stored = connection?.secret === 'stored' && connection.settings.kind === form.kind
  const set = (change: Partial<ConnectionForm>) => {
    setForm({ ...form, ...change })
    const rest = { ...complaints }
    for (const field of Object.keys(change)) delete rest[field as keyof ConnectionForm]
    setComplaints(rest)
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const checked = saveInput(form, stored)
    const found: Complaints = checked.ok ? {} : { ...checked.complaints }
    if (connection === null && taken.includes(form.name.trim()))
      found.name = 'There is a connection of this name already.'
    setComplaints(found)
    if (checked.ok && Object.keys(found).length === 0) save.mutate(checked.input)
  }
  const fields = fieldsOf(form.kind)
  const secret = secretWords[form.kind]
  const complain = (field: keyof ConnectionForm) => {
    const message = complaints[field]
    return message === undefined
      ? {}
      : { validationState: 'error' as const, validationMessage: message }
  }

  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface>
        <form noValidate autoComplete="off" onSubmit={submit}>
          <DialogBody>
            <DialogTitle>
              {connection === null ? 'Add a connection' : `Edit connection “${connection.name}”`}
            </DialogTitle>
            <DialogContent className={styles.fields ?? ''}>
              {connection === null && (
                <Field
                  label="Name"
                  required
                  hint="As it is called in Pallet."
                  {...complain('name')}
                >
                  <Input
                    value={form.name}
                    spellCheck={false}
                    onChange={(_, { value }) => set({ name: value })}
                  />
                </Field>
              )}
              <Field label="How to sign in">
                <Select
                  value={form.kind}
                  onChange={(_, { value }) => {
                    if (isAddable(value)) set({ kind: value, secret: '' })
                  }}
                >
                  {addableKinds.map((kind) => (
                    <option key={kind} value={kind}>
                      {kindWords[kind]}
                    </option>
                  ))}
                </Select>
              </Field>
              {fields.includes('account') && (
                <Field label="Storage account" required {...complain('account')}>
                  <Input
                    value={form.account}
                    spellCheck={false}
                    onChange={(_, { value }) => set({ account: value })}
                  />
                </Field>
              )}
              {fields.includes('endpoint') && (
                <Field
                  label="Storage address"
                  required={form.kind !== 'account-key'}
                  {...complain('endpoint')}
                >
                  <Input
                    value={form.endpoint}
                    spellCheck={false}
                    placeholder={endpointOf(form.account.trim() || 'ACCOUNT')}
                    onChange={(_, { value }) => set({ endpoint: value })}
                  />
                </Field>
              )}
              {fields.includes('tenant') && (
                <Field
                  label="Tenant"
                  required={form.kind === 'entra-client-secret'}
                  {...(form.kind === 'entra-client-secret'
                    ? {}
                    : { hint: 'Leave empty for the tenant of whoever signs in.' })}
                  {...complain('tenant')}
                >
                  <Input
                    value={form.tenant}
                    spellCheck={false}
                    onChange={(_, { value }) => set({ tenant: value })}
                  />
                </Field>
              )}
              {fields.includes('client') && (
                <Field label="Client id" required {...complain('client')}>
                  <Input
                    value={form.client}
                    spellCheck={false}
                    onChange={(_, { value }) => set({ client: value })}
                  />
                </Field>
              )}
              {needsSecret(form.kind) && secret !== undefined && (
                <Field label={secret.label} required={!stored} {...complain('secret')}>
                  <Input
                    type="password"
                    autoComplete="new-password"
                    value={form.secret}
                    placeholder={stored ? 'stored – leave empty to keep' : secret.example}
                    onChange={(_, { value }) => set({ secret: value })}
                  />
                </Field>
              )}
              <Field
                label="Container"
                hint="Used when a dataset names none."
                {...complain('container')}
              >
                <Input
                  value={form.container}
                  spellCheck={false}
                  placeholder="pallet"
                  onChange={(_, { value }) => set({ container: value })}
                />
              </Field>
              {save.isError && (
                <div role="alert">
                  <ProblemNotice problem={problemOf(save.error)} />
                </div>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>Close</Button>
              <Button appearance="primary" type="submit" disabledFocusable={save.isPending}>
                Save
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  )
}
