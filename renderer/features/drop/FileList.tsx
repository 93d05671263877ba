import { Button } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { formatBytes } from '../../../shared/domain/sizes.ts'
import { useCore } from '../../core/core.tsx'
import type { ChosenFile, Selection } from '../../core/chosenFiles.ts'
import styles from './FileList.module.css'

/** What a look at the first rows has shown: nothing yet, all in order, something to see first, or no way to send it. */
export type Look = 'unknown' | 'fine' | 'look' | 'hopeless'

const lookWords: Record<Exclude<Look, 'unknown'>, string> = {
  fine: 'looks fine',
  look: 'look first',
  hopeless: 'cannot be sent',
}

function LookMark({ look }: { look: Look }) {
  if (look === 'unknown') return null
  return (
    <span className={styles.look} data-look={look}>
      {lookWords[look]}
    </span>
  )
}

/** The files chosen so far; the selected one is shown below. */
export function FileList({
  selection,
  looks,
}: {
  selection: Selection
  /** By the files' keys. */
  looks: ReadonlyMap<string, Look>
}) {
  const { files } = useCore()
  return (
    <ul className={styles.list} aria-label="Files to send">
      {selection.files.map((file) => (
        <li
          key={file.key}
          className={file.key === selection.selected ? styles.selected : styles.item}
        >
          <button
            type="button"
            className={styles.name}
            aria-current={file.key === selection.selected}
            onClick={() => files.select(file.key)}
          >
            <span className={styles.file} title={file.name}>
              {file.name}
            </span>
            <LookMark look={looks.get(file.key) ?? 'unknown'} />
            <span className={styles.meta}>{statusOf(file)}</span>
          </button>
          <Button
            size="small"
            appearance="subtle"
            icon={<Dismiss16Regular />}
            aria-label={`Remove ${file.name}`}
            onClick={() => files.remove(file.key)}
          />
        </li>
      ))}
    </ul>
  )
}

/** A file's size and, where it is not simply ready, what it waits for. */
export function statusOf(file: ChosenFile): string {
  const size = file.bytes === null ? 'size unknown' : formatBytes(file.bytes)
  if (file.arrival.state === 'failed') return `${size} · did not arrive`
  if (file.arrival.state === 'arriving') return `${size} · ${arrivalText(file)}`
  switch (file.sending.state) {
    case 'failed':
      return `${size} · could not be sent`
    case 'waiting':
    case 'starting':
      return `${size} · starting`
    case 'no':
      return size
  }
}

/** `taking it over, 45 %` */
export function arrivalText(file: ChosenFile): string {
  if (file.arrival.state !== 'arriving') return ''
  const share = file.bytes === null || file.bytes === 0 ? 0 : file.arrival.sentBytes / file.bytes
  return `taking it over, ${Math.min(99, Math.floor(share * 100))} %`
}
