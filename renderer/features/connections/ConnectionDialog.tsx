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
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type SubmitEvent } from 'react'
import type { Connection } from '../../../shared/domain/connection.ts'
import { defaultOf } from '../../../shared/systems/entering.ts'
import { kindsOf } from '../../../shared/systems/kinds.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { appQuery, connectionsQuery } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './ConnectionDialog.module.css'
import { FieldInput } from './FieldInput.tsx'
import { TestResult } from './TestResult.tsx'
import {
  addableSystems,
  askInput,
  canHoldBlobs,
  keptBy,
  saveInput,
  withKind,
  type Complaints,
  type ConnectionForm,
  type SaveInput,
} from './form.ts'

/** Adds a connection, or changes the one that is given; which fields it asks for, the record of the system says. */
export function ConnectionDialog({
  connection,
  initial,
  taken,
  onClose,
}: {
  connection: Connection | null
  initial: ConnectionForm
  /** Names that are in use already. */
  taken: readonly string[]
  onClose: () => void
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const vault = useQuery(appQuery(client)).data?.vault
  const [form, setForm] = useState(initial)
  const [complaints, setComplaints] = useState<Complaints>({})
  const save = useMutation({
    mutationFn: (input: SaveInput) => client.connections.save(input),
    onSuccess: async (saved) => {
      announce(`Connection ${saved.name} saved.`)
      await queryClient.invalidateQueries({ queryKey: connectionsQuery(client).queryKey })
      onClose()
    },
  })
  const ending = useRef(new AbortController())
  const test = useMutation({
    mutationFn: (input: SaveInput) => {
      ending.current = new AbortController()
      return client.connections.testUnsaved(
        { ...input, name: connection?.name ?? null },
        { signal: ending.current.signal },
      )
    },
    onSuccess: ({ message }) => announce(message),
  })
  // A test ends with the dialog, and with what it was about.
  const stop = () => {
    ending.current.abort()
    test.reset()
  }
  useEffect(() => {
    const last = ending
    return () => last.current.abort()
  }, [])
  const { kind } = form
  const { system } = kind
  const systems = addableSystems()
  const kept = keptBy(connection, kind)
  const change = (field: string, next: ConnectionForm) => {
    setForm(next)
    stop()
    setComplaints({ ...complaints, [field]: undefined })
  }
  const choose = (name: string, of: readonly ConnectionForm['kind'][]) => {
    const chosen = of.find((one) => one.name === name)
    if (chosen === undefined) return
    setForm(withKind(form, chosen))
    setComplaints({})
    stop()
  }
  const tryIt = () => {
    // What it will be called is nothing that a test needs.
    const checked = saveInput({ ...form, name: connection?.name ?? 'new' }, kept)
    setComplaints(checked.ok ? {} : checked.complaints)
    if (checked.ok) test.mutate(checked.input)
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const checked = saveInput(form, kept)
    const found: Complaints = checked.ok ? {} : { ...checked.complaints }
    if (connection === null && taken.includes(form.name.trim()))
      found['name'] = 'There is a connection of this name already.'
    setComplaints(found)
    if (checked.ok && Object.keys(found).length === 0) save.mutate(checked.input)
  }
  const complain = (field: string) => {
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
                    onChange={(_, { value }) => change('name', { ...form, name: value })}
                  />
                </Field>
              )}
              {systems.length > 1 && (
                <Field label="System" hint={system.sentence}>
                  <Select
                    value={system.name}
                    onChange={(_, { value }) => {
                      const [first] = systems.filter(({ name }) => name === value).flatMap(kindsOf)
                      if (first !== undefined) choose(first.name, [first])
                    }}
                  >
                    {systems.map(({ name, title }) => (
                      <option key={name} value={name}>
                        {title}
                      </option>
                    ))}
                  </Select>
                </Field>
              )}
              {kindsOf(system).length > 1 && (
                <Field label="How to sign in">
                  <Select
                    value={kind.name}
                    onChange={(_, { value }) => choose(value, kindsOf(system))}
                  >
                    {kindsOf(system).map(({ name, title }) => (
                      <option key={name} value={name}>
                        {title}
                      </option>
                    ))}
                  </Select>
                </Field>
              )}
              {Object.entries(kind.fields).map(([key, field]) => (
                <FieldInput
                  key={key}
                  field={field}
                  value={form.entered[key] ?? ''}
                  usual={defaultOf(field, form.entered)}
                  complaint={complaints[key]}
                  ask={(signal) => {
                    const asked = askInput(form, kept)
                    if (typeof asked === 'string') return asked
                    return client.connections.browse(
                      { ...asked, name: connection?.name ?? null, field: key },
                      { signal },
                    )
                  }}
                  secret={
                    field.secret === true
                      ? {
                          kept: kept.includes(key),
                          hint:
                            vault === 'memory'
                              ? 'Kept until Pallet is closed.'
                              : 'Kept in the keychain of this computer.',
                          forgotten: form.forgotten.includes(key),
                          onForget: (yes) =>
                            change(key, {
                              ...form,
                              forgotten: yes
                                ? [...form.forgotten, key]
                                : form.forgotten.filter((other) => other !== key),
                            }),
                        }
                      : null
                  }
                  onChange={(value) =>
                    change(key, { ...form, entered: { ...form.entered, [key]: value } })
                  }
                />
              ))}
              {canHoldBlobs(kind) && (
                <Field
                  label="Container"
                  hint="Used when a dataset names none."
                  {...complain('container')}
                >
                  <Input
                    value={form.container}
                    spellCheck={false}
                    placeholder="pallet"
                    onChange={(_, { value }) => change('container', { ...form, container: value })}
                  />
                </Field>
              )}
              {test.isPending && kind.asks !== undefined && (
                <p className={styles.asks}>{kind.asks}</p>
              )}
              {test.isSuccess && (
                <div>
                  <TestResult
                    of={form.name === '' ? 'this connection' : form.name}
                    test={test.data}
                  />
                </div>
              )}
              {test.isError && (
                <div role="alert">
                  <ProblemNotice problem={problemOf(test.error)} />
                </div>
              )}
              {save.isError && (
                <div role="alert">
                  <ProblemNotice problem={problemOf(save.error)} />
                </div>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={test.isPending ? stop : tryIt}>
                {test.isPending ? 'Stop the test' : 'Test'}
              </Button>
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
