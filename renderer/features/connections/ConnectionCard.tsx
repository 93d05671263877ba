import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { Box20Regular } from '@fluentui/react-icons/svg/box'
import { Key20Regular } from '@fluentui/react-icons/svg/key'
import { Warning16Filled } from '@fluentui/react-icons/svg/warning'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { environmentName, type Connection } from '../../../shared/domain/connection.ts'
import { kindNamed, type KnownKind } from '../../../shared/systems/kinds.ts'
import { abilityWords } from '../../../shared/systems/record.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient } from '../../core/core.tsx'
import { connectionsQuery } from '../../core/queries.ts'
import { problemOf } from '../../core/problem.ts'
import { Ask } from '../../ui/Ask.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './ConnectionCard.module.css'
import { TestResult } from './TestResult.tsx'

const secretStates: Record<Connection['secret'], string> = {
  builtin: 'Needs no secret',
  'none-needed': 'Needs no secret',
  stored: 'Secret stored',
  missing: 'Secret missing',
}

/** One connection: what it is, whether it works, and what can be done with it. */
export function ConnectionCard({
  connection,
  onEdit,
}: {
  connection: Connection
  onEdit: () => void
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [asking, setAsking] = useState(false)
  const returnFocus = useRestoreFocusTarget()
  const { name, settings } = connection
  const test = useMutation({
    mutationFn: () => client.connections.test({ name }),
    onSuccess: (result) => announce(`${name}: ${result.message}`),
  })
  const remove = useMutation({
    mutationFn: () => client.connections.remove({ name }),
    onSuccess: async () => {
      announce(`Connection ${name} removed.`)
      await queryClient.invalidateQueries({ queryKey: connectionsQuery(client).queryKey })
    },
  })
  const own = connection.secret !== 'builtin'
  const kind = kindNamed(settings.kind)
  const address = kind?.system.address?.(settings) ?? null
  return (
    <li className={styles.card} aria-label={name}>
      <div className={styles.row}>
        <span className={styles.icon}>{own ? <Key20Regular /> : <Box20Regular />}</span>
        <div className={styles.words}>
          <h2 className={styles.name}>{name}</h2>
          <p className={styles.facts}>
            <span>{kindSentence(name, kind)}</span>
            {address !== null && <span>{address}</span>}
            {kind?.system.canBe.map((ability) => (
              <span key={ability}>{abilityWords[ability]}</span>
            ))}
            {kind?.system.canBe.includes('blobs') && (
              <span>
                {connection.container === null
                  ? 'Container: pallet, unless a dataset names one'
                  : `Container: ${connection.container}`}
              </span>
            )}
            <span className={connection.secret === 'missing' ? styles.missing : undefined}>
              {connection.secret === 'missing' && <Warning16Filled aria-hidden />}
              {secretStates[connection.secret]}
            </span>
          </p>
        </div>
        <div className={styles.buttons}>
          <Button
            aria-label={`Test ${name}`}
            disabledFocusable={test.isPending}
            onClick={() => test.mutate()}
          >
            {test.isPending ? 'Testing…' : 'Test'}
          </Button>
          {own && (
            <>
              {kind !== null && (
                <Button {...returnFocus} aria-label={`Edit ${name}`} onClick={onEdit}>
                  Edit
                </Button>
              )}
              <Button
                {...returnFocus}
                aria-label={`Remove ${name}`}
                onClick={() => setAsking(true)}
              >
                Remove
              </Button>
            </>
          )}
        </div>
      </div>
      {test.isPending && kind?.asks !== undefined && <p className={styles.result}>{kind.asks}</p>}
      {test.isError && <ProblemNotice problem={problemOf(test.error)} />}
      {test.isSuccess && !test.isPending && (
        <div className={styles.result}>
          <TestResult of={name} test={test.data} />
        </div>
      )}
      {remove.isError && <ProblemNotice problem={problemOf(remove.error)} />}
      {asking && (
        <Ask
          title={`Remove connection “${name}”?`}
          yes="Remove"
          no="Keep it"
          onYes={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          Pallet forgets it and its secret. Nothing in{' '}
          {kind === null ? 'the system' : kind.system.title} is touched. Runs that still need it
          will wait.
        </Ask>
      )}
    </li>
  )
}

function kindSentence(name: string, kind: KnownKind | null): string {
  if (kind === null) return 'Of a kind that this version of Pallet does not know'
  if (name === environmentName) return `${kind.system.title}, from the environment of this computer`
  return kind.system.builtIn === true ? kind.title : `${kind.system.title} · ${kind.title}`
}
