import {
  Button,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components'
import { Copy16Regular } from '@fluentui/react-icons/svg/copy'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { useEffect, useState } from 'react'
import { announce } from '../ui/announce.tsx'
import { useClient } from '../core/core.tsx'
import { follow } from '../core/follow.ts'
import styles from './SignInBar.module.css'

interface Code {
  connection: string
  url: string
  code: string
}

const copyWords = { no: 'Copy code', yes: 'Copied', refused: 'Could not copy' }

/**
 * What a person must type where, while a sign-in by code waits. It stands above every
 * page, because a run may ask for it as well as a test.
 */
export function SignInBar() {
  const client = useClient()
  const [code, setCode] = useState<Code | null>(null)
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no')
  useEffect(() => {
    const end = new AbortController()
    void follow(
      () => client.connections.deviceCode(undefined, { signal: end.signal }),
      (next) => {
        setCode(next)
        setCopied('no')
        announce(`To sign in to ${next.connection}, enter the code ${next.code} at ${next.url}`)
      },
      end.signal,
    )
    return () => end.abort()
  }, [client])
  if (code === null) return null
  return (
    <MessageBar shape="square" intent="info" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>Sign in to “{code.connection}”</MessageBarTitle>
        Open{' '}
        <Link inline href={code.url} target="_blank" rel="noreferrer">
          {code.url}
        </Link>{' '}
        and enter the code <strong className={styles.code}>{code.code}</strong>
      </MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button
            appearance="transparent"
            icon={<Dismiss16Regular />}
            aria-label="Close sign-in"
            onClick={() => setCode(null)}
          />
        }
      >
        <Button
          size="small"
          icon={<Copy16Regular />}
          onClick={() => {
            navigator.clipboard.writeText(code.code).then(
              () => {
                setCopied('yes')
                announce('Code copied.')
              },
              () => {
                setCopied('refused')
                announce('The code could not be copied. Type it, or select and copy it.')
              },
            )
          }}
        >
          {copyWords[copied]}
        </Button>
      </MessageBarActions>
    </MessageBar>
  )
}
