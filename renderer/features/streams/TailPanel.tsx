import { Button, Field, Input } from '@fluentui/react-components'
import { useEffect, useState } from 'react'
import type { ProblemData } from '../../../shared/domain/problem.ts'
import type { OffsetRange, StreamRecord, TailStart } from '../../../shared/domain/streams/stream.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { saveText } from '../../core/saveBytes.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { formatClock, formatFull } from '../../ui/times.ts'
import { recordsAsCsv, recordsAsLines } from './recordsAs.ts'
import { SeekFields, placeIn, seekAt } from './SeekFields.tsx'
import styles from './Streams.module.css'

/** As many records are shown at most; the newest stay. */
const mostShown = 200
/** Of each partition, when the newest are asked for. */
const lastOfEach = 20
/** What comes within so long is drawn at once. */
const drawMs = 250

const more = { last: 'the newest, and what comes' }

interface Asked {
  start: TailStart
  containing: string | null
  /** Whether it goes on with what comes, or ends when as many are shown as there is room for. */
  isLive: boolean
}

/** The records of a topic: as they come, or from a time or an offset on. */
export function TailPanel({
  connection,
  topic,
  partitions,
}: {
  connection: string
  topic: string
  partitions: readonly OffsetRange[]
}) {
  const [seek, setSeek] = useState(seekAt<'last'>('last'))
  const [containing, setContaining] = useState('')
  const [asked, setAsked] = useState<Asked | null>(null)
  const { records, state, problem } = useTail(connection, topic, asked)
  const start = seek.place === 'last' ? { last: lastOfEach } : placeIn(seek)
  return (
    <section aria-labelledby="topic-records" className={styles.part}>
      <h2 id="topic-records" className={styles.heading}>
        Records
      </h2>
      <form
        className={styles.seek}
        aria-label="Which records"
        onSubmit={(event) => {
          event.preventDefault()
          if (start !== null)
            setAsked({
              start,
              containing: containing === '' ? null : containing,
              isLive: seek.place === 'last',
            })
        }}
      >
        <SeekFields
          label="From"
          more={more}
          seek={seek}
          partitions={partitions}
          onChange={setSeek}
        />
        <Field label="With this in key or value">
          <Input value={containing} onChange={(_, { value }) => setContaining(value)} />
        </Field>
        <Button type="submit" disabledFocusable={start === null}>
          Show
        </Button>
        {state === 'open' && <Button onClick={() => setAsked(null)}>Stop</Button>}
      </form>
      {problem !== null && <ProblemNotice problem={problem} />}
      <p className={styles.quiet}>{tailWords(state, records.length, asked)}</p>
      {records.length > 0 && (
        <>
          {/* What scrolls must be reachable with the keyboard. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <section className={styles.records} tabIndex={0} aria-label="Records of the topic">
            {records.map((record) => (
              <RecordEntry key={`${record.partition}:${record.offset}`} record={record} />
            ))}
          </section>
          <p className={styles.state}>
            <span>What is shown, to keep:</span>
            <Button
              size="small"
              onClick={() => saveText(recordsAsLines(records), `${topic}.ndjson`)}
            >
              NDJSON
            </Button>
            <Button size="small" onClick={() => saveText(recordsAsCsv(records), `${topic}.csv`)}>
              CSV
            </Button>
          </p>
        </>
      )}
    </section>
  )
}

function RecordEntry({ record }: { record: StreamRecord }) {
  const { partition, offset, at, key, value, headers } = record
  const named = Object.entries(headers)
  return (
    <details className={styles.record}>
      <summary>
        <span title={formatFull(at)}>{formatClock(at)}</span>
        <span>
          {partition}:{offset}
        </span>
        <span>{key ?? '–'}</span>
        <span>{value ?? 'without a value'}</span>
      </summary>
      <dl className={styles.fields}>
        <dt>Written</dt>
        <dd>{formatFull(at)}</dd>
        <dt>Place</dt>
        <dd>
          partition {partition}, offset {formatCount(offset)}
        </dd>
        <dt>Key</dt>
        <dd>{key ?? 'none'}</dd>
        {named.length > 0 && (
          <>
            <dt>Headers</dt>
            <dd>{named.map(([name, text]) => `${name}: ${text}`).join(', ')}</dd>
          </>
        )}
      </dl>
      <pre className={styles.value}>{value === null ? 'without a value' : spread(value)}</pre>
    </details>
  )
}

/** JSON with a line for each field; everything else as it is. */
function spread(value: string): string {
  try {
    const parsed: unknown = JSON.parse(value)
    // What a parser would round is shown as it was written.
    const isExact = typeof parsed === 'object' && !/\d{16}|\.\d*0[,\s}\]]/.test(value)
    return isExact ? JSON.stringify(parsed, null, 2) : value
  } catch {
    return value
  }
}

type TailState = 'idle' | 'open' | 'ended' | 'failed'

function tailWords(state: TailState, shown: number, asked: Asked | null): string {
  if (state === 'idle')
    return shown === 0
      ? '“Show” brings the records of this topic; reading them here moves nobody’s place in it.'
      : `Stopped. ${plural(shown, 'record')}.`
  if (state === 'failed') return ''
  if (state === 'ended') return `${plural(shown, 'record')} from there on.`
  if (shown === 0) return 'Waiting for records …'
  if (asked?.isLive !== true)
    return `${plural(shown, 'record')} from there on; more come as they are written.`
  return shown >= mostShown
    ? `The newest ${formatCount(mostShown)} records, as they come.`
    : `${plural(shown, 'record')}, the newest first; more come as they are written.`
}

/** The records of what is asked: those that come the newest first, those from a place on in their order. */
function useTail(
  connection: string,
  topic: string,
  asked: Asked | null,
): { records: readonly StreamRecord[]; state: TailState; problem: ProblemData | null } {
  const client = useClient()
  const [shown, setShown] = useState<{ of: Asked | null; records: readonly StreamRecord[] }>({
    of: null,
    records: [],
  })
  const [end, setEnd] = useState<{ of: Asked; problem: ProblemData | null } | null>(null)
  useEffect(() => {
    if (asked === null) return
    const left = new AbortController()
    let records: readonly StreamRecord[] = []
    let drawn = records
    const draw = (): void => {
      if (drawn === records && records.length > 0) return
      drawn = records
      setShown({ of: asked, records })
    }
    const timer = setInterval(draw, drawMs)
    const read = async (): Promise<void> => {
      const stream = await client.streams.tail(
        {
          connection,
          topic,
          start: asked.start,
          count: asked.isLive ? null : mostShown,
          containing: asked.containing,
        },
        { signal: left.signal },
      )
      for await (const told of stream)
        records = asked.isLive
          ? [...told.toReversed(), ...records].slice(0, mostShown)
          : [...records, ...told]
    }
    read()
      .then(
        () => setEnd({ of: asked, problem: null }),
        (error: unknown) => {
          if (!left.signal.aborted) setEnd({ of: asked, problem: problemOf(error) })
        },
      )
      .finally(() => {
        clearInterval(timer)
        if (!left.signal.aborted) draw()
      })
    return () => {
      clearInterval(timer)
      left.abort()
    }
  }, [client, connection, topic, asked])
  if (asked === null) return { records: shown.records, state: 'idle', problem: null }
  const records = shown.of === asked ? shown.records : []
  if (end?.of !== asked) return { records, state: 'open', problem: null }
  return { records, state: end.problem === null ? 'ended' : 'failed', problem: end.problem }
}
