import {
  Button,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Select,
} from '@fluentui/react-components'
import { useState } from 'react'
import type { ReadHeader } from '../../../shared/domain/columns/header.ts'
import {
  type HeaderChange,
  type HeaderMap,
  alikeWords,
  asItIs,
  changesNothing,
  mapWords,
  mergedMaps,
  proposedMap,
  strangerSentence,
} from '../../../shared/domain/columns/headerMap.ts'
import { PlainBar } from '../../ui/PlainBar.tsx'
import styles from './WhichColumns.module.css'

/** Asks which column of the file is which of its dataset, where its header has changed; then says how it is taken. */
export function WhichColumns({
  dataset,
  header: { map, open, isReordered },
  chosen,
  onChoose,
  onStop,
}: {
  dataset: string
  header: ReadHeader
  /** What a person has said for this file. */
  chosen: HeaderMap | null
  onChoose: (map: HeaderMap | null) => void
  onStop: () => void
}) {
  if (open !== null)
    return (
      <Question
        key={JSON.stringify(open)}
        dataset={dataset}
        open={open}
        onChoose={(said) => onChoose(mergedMaps(chosen ?? asItIs, said))}
        onStop={onStop}
      />
    )
  const words = changesNothing(map) ? '' : mapWords(map)
  if (words === '' && !isReordered) return null
  return (
    <PlainBar intent="info" layout="multiline" className={styles.question ?? ''}>
      <MessageBarBody>
        {words !== '' && `Of its columns, ${words}. `}
        {isReordered &&
          'Its columns stand in another order than in the last file; they are taken by their labels. '}
        {chosen !== null && (
          <Button size="small" appearance="transparent" onClick={() => onChoose(null)}>
            Change
          </Button>
        )}
      </MessageBarBody>
    </PlainBar>
  )
}

function Question({
  dataset,
  open,
  onChoose,
  onStop,
}: {
  dataset: string
  open: HeaderChange
  onChoose: (map: HeaderMap) => void
  onStop: () => void
}) {
  const [map, setMap] = useState(() => proposedMap(open))
  const newLabelOf = (label: string): string =>
    Object.entries(map.renamed).find(([, to]) => to === label)?.[0] ?? ''
  // What another missing column had is free again for that one: it stays empty until somebody says more.
  const take = (label: string, from: string): void => {
    const before = newLabelOf(label)
    const other = map.renamed[from]
    const cleared: HeaderMap = {
      ...map,
      ignored: before === '' ? map.ignored : [...map.ignored, before],
      gone: other === undefined ? map.gone : [...map.gone, other],
      renamed: Object.fromEntries(Object.entries(map.renamed).filter(([key]) => key !== before)),
    }
    const said =
      from === '' ? { ...asItIs, gone: [label] } : { ...asItIs, renamed: { [from]: label } }
    setMap(mergedMaps(cleared, said))
  }
  const stranger = strangerSentence(open)
  const rest = open.added.filter((label) => map.renamed[label] === undefined)
  return (
    <MessageBar intent="warning" layout="multiline" className={styles.question ?? ''}>
      <MessageBarBody>
        <MessageBarTitle>Which column is which?</MessageBarTitle>
        {stranger ?? `The header is not that of the last file of ${dataset}.`} Nothing leaves before
        you have said it.
        <table className={styles.columns} aria-label="Columns that changed">
          <tbody>
            {open.missing.map(({ label, likely }) => (
              <tr key={label}>
                <th scope="row">“{label}” is missing</th>
                <td>
                  <Select
                    size="small"
                    aria-label={`What has become of ${label}`}
                    value={newLabelOf(label)}
                    onChange={(_, { value }) => take(label, value)}
                  >
                    {open.added.map((added) => (
                      <option key={added} value={added}>
                        it is “{added}” now
                        {added === likely?.label ? alikeWords(likely.share) : ''}
                      </option>
                    ))}
                    <option value="">it is gone: its cells stay empty</option>
                  </Select>
                </td>
              </tr>
            ))}
            {rest.map((label) => (
              <tr key={label}>
                <th scope="row">“{label}” is new</th>
                <td>
                  <Select
                    size="small"
                    aria-label={`What becomes of ${label}`}
                    value={map.kept.includes(label) ? 'keep' : 'ignore'}
                    onChange={(_, { value }) =>
                      setMap(
                        mergedMaps(map, {
                          ...asItIs,
                          [value === 'keep' ? 'kept' : 'ignored']: [label],
                        }),
                      )
                    }
                  >
                    <option value="ignore">leave it out</option>
                    <option value="keep">
                      take it up: for a new table, or one that each file replaces
                    </option>
                  </Select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className={styles.end}>
          <Button
            size="small"
            appearance={stranger === null ? 'primary' : 'secondary'}
            onClick={() => onChoose(map)}
          >
            Take them so, now and from now on
          </Button>
          <Button
            size="small"
            appearance={stranger === null ? 'secondary' : 'primary'}
            onClick={onStop}
          >
            Do not send this file
          </Button>
        </div>
      </MessageBarBody>
    </MessageBar>
  )
}
