import { Button } from '@fluentui/react-components'
import { Component, type ReactNode } from 'react'
import styles from './ErrorBoundary.module.css'

/** Catches a fault of the screens themselves: a sentence instead of a blank window. */
export class ErrorBoundary extends Component<
  { place: string; children: ReactNode },
  { fault: Error | null }
> {
  override state: { fault: Error | null } = { fault: null }

  static getDerivedStateFromError(thrown: unknown): { fault: Error } {
    return { fault: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }

  override render(): ReactNode {
    const { fault } = this.state
    if (fault === null) return this.props.children
    return (
      <div className={styles.fault} role="alert">
        <h1>{this.props.place} could not be shown.</h1>
        <p>
          This is a fault of the screen only: runs go on, and nothing you sent is lost. Reload the
          window; if it happens again, send the detail to whoever looks after Pallet.
        </p>
        <Button appearance="primary" onClick={() => window.location.reload()}>
          Reload the window
        </Button>
        <details>
          <summary>Detail</summary>
          <code>{fault.message}</code>
        </details>
      </div>
    )
  }
}
