import {
  Button,
  Combobox,
  Field,
  Input,
  Link,
  MessageBarBody,
  Option,
  Radio,
  RadioGroup,
  Select,
} from '@fluentui/react-components'
import { Send20Filled } from '@fluentui/react-icons/svg/send'
import { useQuery } from '@tanstack/react-query'
import type { Connection } from '../../../shared/domain/connection.ts'
import {
  outputFormats,
  type BlobTarget,
  type ChosenDestination,
  type Dataset,
} from '../../../shared/domain/datasets/dataset.ts'
import { belongingSentence } from '../../../shared/domain/datasets/belonging.ts'
import { meaningSentence } from '../../../shared/domain/datasets/meaning.ts'
import { destinationSentence } from '../../../shared/domain/datasets/names.ts'
import { useCommands } from '../../core/commands.ts'
import { useClient, useCore } from '../../core/core.tsx'
import { previewQuery } from '../../core/queries.ts'
import { PlainBar } from '../../ui/PlainBar.tsx'
import { hrefOf } from '../../ui/route.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { arrivalText } from '../drop/FileList.tsx'
import { isHopeless } from './hopeless.ts'
import { connectionsFor, formatWords, landsIn, targetErrors, targetOf } from './destination.ts'
import { TriggersField } from './TriggersField.tsx'
import { CleanerField, WarehouseField, complaint } from './systemFields.tsx'
import { TopicFields } from './TopicFields.tsx'
import { unsaidOf } from './unsaid.ts'
import { MeaningField } from './MeaningField.tsx'
import styles from './SendPanel.module.css'

/** Whose file it is, where it goes, and the button that sends it. */
export function SendPanel({
  file,
  count,
  sendable,
  dataset,
  datasets,
  connections,
  isChanging,
  onChanging,
  onSend,
  onSendAll,
}: {
  file: ChosenFile
  /** Files on the page. */
  count: number
  /** Those of them that can be sent. */
  sendable: number
  dataset: Dataset | null
  datasets: readonly Dataset[]
  connections: readonly Connection[]
  /** The fields are open. Kept by the page, for another file may be looked at meanwhile. */
  isChanging: boolean
  onChanging: (isChanging: boolean) => void
  onSend: () => void
  onSendAll: () => void
}) {
  const { files } = useCore()
  const target = targetOf(file, dataset, connections)
  const errors = targetErrors(target, connections, dataset)
  const invalid = Object.keys(errors).length > 0 || file.choices.dataset.trim() === ''
  const connection = connections.find(
    ({ name }) => name === (target.topic ?? target.blob)?.connection,
  )
  // Only looks at what the preview beside it has found.
  const preview = useQuery({ ...previewQuery(useClient(), file, dataset), enabled: false })
  const columns = dataset?.contract?.columns ?? preview.data?.columns ?? []
  const hopeless = preview.isError && isHopeless(preview.error)
  const busy = file.sending.state === 'waiting' || file.sending.state === 'starting'
  const unsaid = unsaidOf(file, dataset, preview.data, target.warehouse?.meaning)
  const ready = unsaid === '' && !invalid && !busy && !hopeless && file.arrival.state !== 'failed'
  useCommands(
    ready
      ? [{ title: `Send ${file.name}`, keys: { with: 'ctrl', key: 'Enter' }, run: onSend }]
      : [],
  )
  const { destination } = file.choices
  const set = (change: ChosenDestination) =>
    files.choose(file.key, { destination: { ...destination, ...change } })
  const setBlob = (change: Partial<BlobTarget>) => set({ blob: { ...destination.blob, ...change } })
  const setTable = (change: NonNullable<ChosenDestination['warehouse']>) =>
    set({ warehouse: { ...destination.warehouse, ...change } })
  const goTo = (place: string) => {
    const { topic: before, warehouse, ...rest } = destination
    const [, stream] = /^topic:(.*)/.exec(place) ?? []
    const { container: _container, ...blob } = destination.blob ?? {}
    files.choose(file.key, {
      destination:
        stream === undefined
          ? {
              ...rest,
              ...(before === undefined && warehouse !== undefined ? { warehouse } : {}),
              blob: place === '' ? null : { ...blob, connection: place },
            }
          : {
              ...rest,
              blob: null,
              warehouse: null,
              topic: { connection: stream, topic: '', key: [] },
            },
    })
  }

  return (
    <section className={styles.panel} aria-label="Where it goes">
      <h2 className={styles.heading}>Where it goes</h2>
      <DatasetField
        value={file.choices.dataset}
        datasets={datasets}
        known={dataset !== null}
        onChange={(name) => files.choose(file.key, { dataset: name })}
      />
      <WhoseFile file={file} onChange={(name) => files.choose(file.key, { dataset: name })} />
      <div className={styles.sentence}>
        <p className={styles.target}>
          {destinationSentence(target)}
          {target.warehouse !== null && <>. {meaningSentence(target.warehouse.meaning)}</>}
        </p>
        <Button
          size="small"
          aria-expanded={isChanging || Object.keys(errors).length > 0}
          aria-controls="destination"
          onClick={() => onChanging(!isChanging)}
        >
          Change
        </Button>
      </div>
      {(isChanging || Object.keys(errors).length > 0) && (
        <fieldset id="destination" className={styles.fields} aria-label="Destination">
          <Field label="Connection">
            <Select
              value={
                target.topic === undefined
                  ? (target.blob?.connection ?? '')
                  : `topic:${target.topic.connection}`
              }
              onChange={(_, { value }) => goTo(value)}
            >
              {connection === undefined && target.blob !== null && (
                <option value={target.blob.connection}>{target.blob.connection} (removed)</option>
              )}
              {connectionsFor('blobs', connections).map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
              <option value="">No blob: only the table</option>
              {connectionsFor('stream', connections)
                .filter(({ settings }) => settings['readOnly'] !== true)
                .map(({ name }) => (
                  <option key={name} value={`topic:${name}`}>
                    A topic of {name}: each row a message
                  </option>
                ))}
            </Select>
          </Field>
          {target.topic !== undefined && (
            <TopicFields
              target={target.topic}
              columns={columns}
              wrong={errors.topic}
              onChange={(topic) => set({ topic })}
            />
          )}
          {target.blob !== null && (
            <>
              <Field label="Container" {...complaint(errors.container)}>
                <Input
                  value={target.blob.container}
                  spellCheck={false}
                  onChange={(_, { value }) => setBlob({ container: value })}
                />
              </Field>
              <Field label="Blob name" hint="Leave empty: Pallet names it after the file.">
                <Input
                  value={destination.blob?.name ?? ''}
                  placeholder={target.blob.name}
                  spellCheck={false}
                  onChange={(_, { value }) => setBlob({ name: value })}
                />
              </Field>
              <Field label="Format">
                <Select
                  value={target.blob.format}
                  onChange={(_, { value }) => {
                    const format = outputFormats.find((candidate) => candidate === value)
                    if (format !== undefined) setBlob({ format })
                  }}
                >
                  {outputFormats.map((format) => (
                    <option key={format} value={format}>
                      {formatWords[format]}
                    </option>
                  ))}
                </Select>
              </Field>
            </>
          )}
          {target.warehouse !== null && (
            <WarehouseField
              connection={target.warehouse.connection}
              connections={connections}
              onChange={(name) => setTable({ connection: name, cleanOn: 'local' })}
            />
          )}
          {target.warehouse !== null && (
            <CleanerField
              warehouse={target.warehouse}
              connections={connections}
              wrong={errors.cleaner}
              onChange={(cleanOn) =>
                set({
                  warehouse: { ...destination.warehouse, cleanOn },
                  ...(cleanOn === 'local' ? {} : { blob: null }),
                })
              }
            />
          )}
          {target.warehouse !== null && (
            <Field
              label="Table"
              {...landsIn(target.warehouse, connections)}
              {...complaint(errors.table)}
            >
              <Input
                value={target.warehouse.table}
                spellCheck={false}
                onChange={(_, { value }) => setTable({ table: value })}
              />
            </Field>
          )}
          {target.topic === undefined && (
            <MeaningField
              meaning={target.warehouse?.meaning ?? null}
              columns={columns}
              complaint={complaint(errors.both)}
              onChange={(meaning) =>
                meaning === null ? set({ warehouse: null }) : setTable({ meaning })
              }
            />
          )}
          <TriggersField
            destination={target}
            connections={connections}
            onChange={(triggers) => set({ triggers })}
          />
        </fieldset>
      )}
      {connection?.secret === 'missing' && (
        <PlainBar intent="warning" layout="multiline">
          <MessageBarBody>
            The secret of connection “{connection.name}” is missing.{' '}
            <Link inline href={hrefOf({ page: 'connections', open: connection.name })}>
              Open connection
            </Link>
          </MessageBarBody>
        </PlainBar>
      )}
      {file.sending.state === 'failed' && (
        <div role="alert">
          <ProblemNotice problem={file.sending.problem} />
        </div>
      )}
      <div className={styles.buttons}>
        <Button
          appearance="primary"
          icon={<Send20Filled />}
          disabledFocusable={!ready}
          onClick={onSend}
        >
          {busy ? 'Starting…' : 'Send'}
        </Button>
        {count > 1 && (
          <Button disabledFocusable={sendable === 0} onClick={onSendAll}>
            {sendable === count ? `Send all ${count} files` : `Send ${sendable} of ${count} files`}
          </Button>
        )}
        {/* The field that is marked may be out of sight. */}
        <p className={styles.waiting}>
          {unsaid !== ''
            ? unsaid
            : invalid
              ? 'A field above is marked: it has to be changed first.'
              : waitingText(file)}
        </p>
      </div>
    </section>
  )
}

/** A file of another name with the columns of a dataset: whose it is, and why that is thought. */
function WhoseFile({ file, onChange }: { file: ChosenFile; onChange: (name: string) => void }) {
  const { belonging, choices } = file
  if (belonging === null || belonging.kind === 'by-name') return null
  const known = belonging.kind === 'fits' ? [belonging.dataset] : belonging.datasets
  return (
    <Field label="Whose file is it?" size="small" hint={belongingSentence(belonging)}>
      <RadioGroup value={choices.dataset} onChange={(_, { value }) => onChange(value)}>
        {known.map((name) => (
          <Radio key={name} value={name} label={`It goes to ${name}`} />
        ))}
        <Radio value={belonging.name} label={`A new dataset, ${belonging.name}`} />
      </RadioGroup>
    </Field>
  )
}

function DatasetField({
  value,
  datasets,
  known,
  onChange,
}: {
  value: string
  datasets: readonly Dataset[]
  known: boolean
  onChange: (name: string) => void
}) {
  const matching = datasets.filter(({ name }) => known || name.includes(value.trim()))
  return (
    <Field
      label="Dataset"
      size="small"
      hint={
        known
          ? 'Known: read, cleaned and sent as the last time.'
          : 'New: Pallet learns its columns from this file.'
      }
      {...(value.trim() === '' ? complaint('Give the dataset a name.') : {})}
    >
      <Combobox
        size="small"
        className={styles.combobox ?? ''}
        freeform
        value={value}
        selectedOptions={known ? [value] : []}
        onChange={(event) => onChange(event.target.value.slice(0, 63))}
        onOptionSelect={(_, { optionValue }) => {
          if (optionValue !== undefined) onChange(optionValue)
        }}
      >
        {matching.map(({ name }) => (
          <Option key={name} value={name}>
            {name}
          </Option>
        ))}
        {matching.length === 0 && (
          <Option value={value} disabled>
            No known dataset of this name
          </Option>
        )}
      </Combobox>
    </Field>
  )
}

function waitingText(file: ChosenFile): string {
  if (file.arrival.state !== 'arriving') return ''
  return file.sending.state === 'waiting'
    ? `Starts when all of the file is here: ${arrivalText(file)}.`
    : `Pallet is ${arrivalText(file)}. You can press Send already; it starts when all of it is here.`
}
