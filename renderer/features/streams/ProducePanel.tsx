import {
  Button,
  Checkbox,
  Field,
  Input,
  Textarea,
  useRestoreFocusTarget,
} from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { Ask } from '../../ui/Ask.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { headersIn } from './headersIn.ts'
import styles from './Streams.module.css'

/** One record that a person writes to a topic. `dataset`: as what the topic is landed. */
export function ProducePanel({
  connection,
  topic,
  dataset,
}: {
  connection: string
  topic: string
  dataset: string | null
}) {
  const client = useClient()
  const focus = useRestoreFocusTarget()
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const [headers, setHeaders] = useState('')
  const [isChecked, setChecked] = useState(true)
  const [isAsking, setAsking] = useState(false)
  const named = headersIn(headers)
  const write = useMutation({
    mutationFn: () =>
      client.streams.produce({
        connection,
        topic,
        key: key === '' ? null : key,
        value,
        headers: named ?? {},
        dataset: isChecked ? dataset : null,
      }),
    onSuccess: () => announce('The record is written.'),
  })
  return (
    <section aria-labelledby="topic-write" className={styles.part}>
      <h2 id="topic-write" className={styles.heading}>
        Write a record
      </h2>
      <form
        className={styles.form}
        aria-label={`Write to ${topic}`}
        onSubmit={(event) => {
          event.preventDefault()
          if (named !== null && value !== '') setAsking(true)
        }}
      >
        <Field label="Key" hint="Records of one key keep their order. Empty: it has none.">
          <Input value={key} spellCheck={false} onChange={(_, given) => setKey(given.value)} />
        </Field>
        <Field
          label="Headers"
          hint="A line each: name=value"
          {...(named === null
            ? {
                validationState: 'error' as const,
                validationMessage: 'Each line is name=value, and no name stands twice.',
              }
            : {})}
        >
          <Textarea
            value={headers}
            spellCheck={false}
            onChange={(_, given) => setHeaders(given.value)}
          />
        </Field>
        <Field label="Value" className={styles.whole ?? ''}>
          <Textarea
            value={value}
            spellCheck={false}
            rows={4}
            onChange={(_, given) => setValue(given.value)}
          />
        </Field>
        {dataset !== null && (
          <Checkbox
            className={styles.whole ?? ''}
            checked={isChecked}
            label={`Only if a batch of ${dataset} would take it`}
            onChange={(_, { checked }) => setChecked(checked === true)}
          />
        )}
        <div className={styles.buttons}>
          <Button
            {...focus}
            type="submit"
            disabledFocusable={named === null || value === '' || write.isPending}
          >
            Write…
          </Button>
        </div>
      </form>
      {write.isError && <ProblemNotice problem={problemOf(write.error)} />}
      {write.data !== undefined && (
        <p className={styles.quiet}>
          Written to partition {write.data.partition}, offset {write.data.offset}.
        </p>
      )}
      {isAsking && (
        <Ask
          title={`Write one record to ${topic}?`}
          yes="Write it"
          no="Do not write it"
          onYes={() => write.mutate()}
          onClose={() => setAsking(false)}
        >
          Everybody who reads {topic} at {connection} gets it
          {key === '' ? '' : `, under the key ${key}`}. It cannot be taken back, and the list of
          what was done names you.
        </Ask>
      )}
    </section>
  )
}
