import { Button, Field, Input } from '@fluentui/react-components'
import { DocumentArrowUpRegular } from '@fluentui/react-icons/svg/document-arrow-up'
import { useRef, useState, type SubmitEvent } from 'react'
import type { ProblemData } from '../../../shared/domain/problem.ts'
import { useCommands } from '../../core/commands.ts'
import { useCore } from '../../core/core.tsx'
import { useRights } from '../../core/may.ts'
import { problemOf } from '../../core/problem.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './DropZone.module.css'

/** Where files come in: by dropping, by the dialog, or by naming a path or URL. */
export function DropZone({ compact, dragging }: { compact: boolean; dragging: boolean }) {
  const { host, files } = useCore()
  const chooser = useRef<HTMLInputElement>(null)
  // A path is one of the computer that Pallet runs on.
  const mayOpen = useRights()?.('sources.open') ?? true
  const [location, setLocation] = useState('')
  const [opening, setOpening] = useState(false)
  const [problem, setProblem] = useState<ProblemData | null>(null)

  const choose = async () => {
    if (host.desktop === null) {
      chooser.current?.click()
      return
    }
    try {
      files.addOpened(await host.desktop.chooseFiles())
    } catch (thrown) {
      setProblem(problemOf(thrown))
    }
  }
  useCommands([{ title: 'Choose files…', run: () => void choose() }])
  const open = async (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = location.trim().replace(/^"(.*)"$/, '$1')
    if (wanted === '' || opening) return
    setOpening(true)
    setProblem(null)
    try {
      await files.addLocation(wanted)
      setLocation('')
    } catch (thrown) {
      setProblem(problemOf(thrown))
    } finally {
      setOpening(false)
    }
  }

  return (
    <section
      aria-label="Drop files here"
      className={compact ? styles.compact : styles.large}
      data-dragging={dragging}
    >
      {!compact && (
        <DocumentArrowUpRegular fontSize={48} className={styles.icon ?? ''} aria-hidden />
      )}
      <p className={styles.call}>Drop files here</p>
      {!compact && (
        <p className={styles.kinds}>
          CSV and text, Excel, OpenDocument, JSON, Parquet; also as .gz or .zip
        </p>
      )}
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label="Files to send"
        onChange={(event) => {
          void files.add([...(event.target.files ?? [])])
          // The same file may be chosen again after it was taken off the list.
          event.target.value = ''
        }}
      />
      <Button appearance={compact ? 'secondary' : 'primary'} onClick={() => void choose()}>
        Choose files…
      </Button>
      {mayOpen && (
        <form className={styles.form} onSubmit={(event) => void open(event)}>
          <Field
            label="or paste a path or https URL"
            orientation={compact ? 'horizontal' : 'vertical'}
            className={styles.field ?? ''}
          >
            <Input
              value={location}
              onChange={(_, { value }) => setLocation(value)}
              spellCheck={false}
              autoComplete="off"
            />
          </Field>
          <Button
            className={styles.open ?? ''}
            type="submit"
            disabledFocusable={location.trim() === '' || opening}
          >
            {opening ? 'Opening…' : 'Open'}
          </Button>
        </form>
      )}
      {problem !== null && (
        <div className={styles.problem} role="alert">
          <ProblemNotice
            problem={problem}
            action={{ label: 'Close', run: () => setProblem(null) }}
          />
        </div>
      )}
    </section>
  )
}
