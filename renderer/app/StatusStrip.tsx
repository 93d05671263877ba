import { isHeldUp, type RunState } from '../../shared/domain/runs/run.ts'
import { plural } from '../../shared/domain/sizes.ts'
import { useQuery } from '@tanstack/react-query'
import { keyWords } from '../core/commands.ts'
import { useClient } from '../core/core.tsx'
import { appQuery, unfinishedRunsQuery } from '../core/queries.ts'
import { signOut } from '../core/session.ts'
import { announce } from '../ui/announce.tsx'
import { hrefOf } from '../ui/route.ts'
import styles from './StatusStrip.module.css'
import { openOverlay } from './useShortcuts.ts'

function leave(): void {
  signOut().catch(() => announce('You are still signed in: Pallet does not answer.'))
}

/** One line at the bottom: what is under way, and where Pallet keeps its data. */
export function StatusStrip() {
  const client = useClient()
  const info = useQuery(appQuery(client)).data
  const { data: runs = [] } = useQuery(unfinishedRunsQuery(client))
  // One that is under way and does nothing until something else happens waits, as its mark says.
  const count = (wanted: RunState) =>
    runs.filter((run) => (isHeldUp(run) ? 'waiting' : run.state) === wanted).length
  const parts = [
    [count('running'), 'running'],
    [count('queued'), 'in the queue'],
    [count('waiting'), 'waiting'],
    [count('paused'), 'paused'],
  ] as const
  const text = parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${plural(number, 'run')} ${words}`)
    .join(' · ')
  return (
    <footer className={styles.strip}>
      <a className={styles.runs} href={hrefOf({ page: 'runs' })}>
        {text === '' ? 'Nothing is running' : text}
      </a>
      {info !== undefined && (
        <>
          <span className={styles.home} title={info.home}>
            Data in {info.home}
          </span>
          {info.vault === 'memory' && (
            <span className={styles.fixed}>Secrets are kept until Pallet is closed</span>
          )}
          <span className={styles.version}>Pallet {info.version}</span>
        </>
      )}
      {info !== undefined && info.person.name !== '' && (
        <>
          <span className={styles.person} title={info.person.name}>
            {info.person.name}, {info.person.role}
          </span>
          <button type="button" className={styles.commands} onClick={leave}>
            Sign out
          </button>
        </>
      )}
      <button type="button" className={styles.commands} onClick={() => openOverlay('palette')}>
        Commands: {keyWords({ with: 'ctrl', key: 'k' })}
      </button>
    </footer>
  )
}
