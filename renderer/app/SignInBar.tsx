import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components'
import { Copy16Regular } from '@fluentui/react-icons/svg/copy'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { useEffect, useState } from 'react'
import { announce } from './announce.tsx'
import { useClient } from './core.tsx'
import styles from './SignInBar.module.css'

interface Code {
  connection: string
  url: string
  code: string
}

/**
 * What a person must type where, while a sign-in by code waits. It stands above every
 * page, because a run may ask for it as well as a test.
 */
export function SignInBar() {
  const client = useClient()
  const [code, setCode] = useState<Code | null>(null)
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    const end = new AbortController()
    void follow(end.signal)
    return () => end.abort()

    async function follow(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        try {
          for await (const next of await client.connections.deviceCode(undefined, { signal })) {
            setCode(next)
            setCopied(false)
            announce(`To sign in to ${next.connection}, enter the code ${next.code} at ${next.url}`)
          }
        } catch {
          // The line is down, and with it the sign-in that waited; LineBar says so.
        }
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
  }, [client])
  if (code === null) return null
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>Sign in to “{code.connection}”</MessageBarTitle>
        Open{' '}
        <a href={code.url} target="_blank" rel="noreferrer">
          {code.url}
        </a>{' '}
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
            void navigator.clipboard.writeText(code.code).then(() => {
              setCopied(true)
              announce('Code copied.')
            })
          }}
        >
          {copied ? 'Copied' : 'Copy code'}
        </Button>
      </MessageBarActions>
    </MessageBar>
  )
}
