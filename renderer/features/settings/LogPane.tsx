import { Button, Field, Select } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type LogLine, logLevels } from '../../../shared/domain/logLine.ts'
import { announce } from '../../ui/announce.tsx'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { logQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { formatFull } from '../../ui/times.ts'
import { Fold, FoldLines } from './Fold.tsx'
import formStyles from './LimitForm.module.css'
import styles from './LogPane.module.css'

const levelWords: Record<LogLine['level'], string> = {
  info: 'Everything',
  warn: 'Warnings and errors',
  error: 'Errors alone',
}

/** The last lines of the log, for those who look after Pallet. */
export function LogPane({ opened }: { opened: boolean }) {
  return (
    <Fold title="Log" opened={opened}>
      {(open) => <Log wanted={open} />}
    </Fold>
  )
}

function Log({ wanted }: { wanted: boolean }) {
  const [from, setFrom] = useState<LogLine['level']>('info')
  const log = useQuery({ ...logQuery(useClient()), enabled: wanted })
  const lines = (log.data ?? []).filter(
    ({ level }) => logLevels.indexOf(level) >= logLevels.indexOf(from),
  )
  const copy = () =>
    void navigator.clipboard.writeText(lines.map(lineText).join('\n')).then(
      () => announce('Copied.'),
      () => announce('Not copied. Mark the lines and copy them.'),
    )
  return (
    <div className={formStyles.form}>
      <p className={formStyles.about}>
        What Pallet itself met, without secrets. What became of a file is in the history of its run.
      </p>
      <div className={styles.tools}>
        <Field label="Show">
          <Select
            value={from}
            onChange={(_, { value }) =>
              setFrom(logLevels.find((level) => level === value) ?? 'info')
            }
          >
            {logLevels.map((level) => (
              <option key={level} value={level}>
                {levelWords[level]}
              </option>
            ))}
          </Select>
        </Field>
        <Button onClick={() => void log.refetch()}>Read again</Button>
        <Button disabledFocusable={lines.length === 0} onClick={copy}>
          Copy
        </Button>
      </div>
      {log.isError && <ProblemNotice problem={problemOf(log.error)} />}
      {log.isSuccess && lines.length === 0 && <p className={formStyles.about}>Nothing to show.</p>}
      {lines.length > 0 && (
        <FoldLines label="Lines of the log">
          {lines.map((line, index) => (
            // Lines may be equal, and have nothing of their own but their place.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className={styles.line} data-level={line.level}>
              {lineText(line)}
            </li>
          ))}
        </FoldLines>
      )}
    </div>
  )
}

function lineText({ at, level, message, detail }: LogLine): string {
  return [formatFull(at), level, message, detail].filter((part) => part !== '').join('  ')
}
