import { Button, MessageBarBody, useRestoreFocusTarget } from '@fluentui/react-components'
import { Add20Regular } from '@fluentui/react-icons/svg/add'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { addableKinds } from '../../../shared/systems/kinds.ts'
import { useCommands } from '../../core/commands.ts'
import { useClient } from '../../core/core.tsx'
import { appQuery, connectionsQuery } from '../../core/queries.ts'
import { PlainBar } from '../../ui/PlainBar.tsx'
import { goTo } from '../../ui/useRoute.ts'
import { problemOf } from '../../core/problem.ts'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { ConnectionCard } from './ConnectionCard.tsx'
import { ConnectionDialog } from './ConnectionDialog.tsx'
import styles from './ConnectionsPage.module.css'
import { emptyForm, formOf } from './form.ts'

/** The outside systems Pallet works with. `open` names one that is to be edited at once. */
export function ConnectionsPage({ open }: { open: string | null }) {
  const client = useClient()
  const connections = useQuery(connectionsQuery(client))
  const info = useQuery(appQuery(client)).data
  const [adding, setAdding] = useState(false)
  const returnFocus = useRestoreFocusTarget()
  const list = connections.data ?? []
  const edited = list.find(({ name, secret }) => name === open && secret !== 'builtin') ?? null
  useCommands([{ title: 'Add connection', run: () => setAdding(true) }])
  const [firstKind] = addableKinds()
  const form = edited !== null ? formOf(edited) : adding && firstKind ? emptyForm(firstKind) : null
  return (
    <Page
      title="Connections"
      focusElsewhere={open !== null}
      lead="The outside systems that Pallet works with. Secrets can be written and replaced, never read back."
      actions={
        <Button
          {...returnFocus}
          appearance="primary"
          icon={<Add20Regular />}
          onClick={() => setAdding(true)}
        >
          Add connection
        </Button>
      }
    >
      {info?.vault === 'memory' && (
        <PlainBar intent="info" layout="multiline" className={styles.notice ?? ''}>
          <MessageBarBody>
            This computer offers Pallet no keychain, so secrets are kept only until Pallet is
            closed. Runs that need one afterwards wait until you enter it again.
          </MessageBarBody>
        </PlainBar>
      )}
      {connections.isError && (
        <ProblemNotice
          problem={problemOf(connections.error)}
          action={{ label: 'Try again', run: () => void connections.refetch() }}
        />
      )}
      <ul className={styles.list} aria-label="Connections">
        {list.map((connection) => (
          <ConnectionCard
            key={connection.name}
            connection={connection}
            onEdit={() => goTo({ page: 'connections', open: connection.name })}
          />
        ))}
      </ul>
      {form !== null && (
        <ConnectionDialog
          key={edited?.name ?? ''}
          connection={edited}
          initial={form}
          taken={list.map(({ name }) => name)}
          onClose={() => {
            setAdding(false)
            if (open !== null) goTo({ page: 'connections', open: null })
          }}
        />
      )}
    </Page>
  )
}
