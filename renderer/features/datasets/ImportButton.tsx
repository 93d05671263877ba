import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { type DatasetFile, readDatasetFile } from '../../../shared/domain/datasets/datasetFile.ts'
import { changeLine, definitionDiff } from '../../../shared/domain/datasets/definitionDiff.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { Ask } from '../../ui/Ask.tsx'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { goTo } from '../../ui/useRoute.ts'
import styles from './DatasetsPage.module.css'

/** Takes a dataset from a file; what it would change of one that is known is said first. */
export function ImportButton() {
  const client = useClient()
  const queryClient = useQueryClient()
  const datasets = useQuery(datasetsQuery(client))
  const input = useRef<HTMLInputElement>(null)
  const returnFocus = useRestoreFocusTarget()
  const [faults, setFaults] = useState<readonly string[]>([])
  const [asked, setAsked] = useState<DatasetFile | null>(null)
  const take = useMutation({
    mutationFn: (file: DatasetFile) => client.datasets.import(file),
    onSuccess: async (_, { name }) => {
      announce(`${name} was imported.`)
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
      goTo({ page: 'dataset', name })
    },
  })
  const known = datasets.data?.find(({ name }) => name === asked?.name)
  const changes = known === undefined || asked === null ? [] : definitionDiff(known, asked)
  const read = async (file: File): Promise<void> => {
    const { content, faults: wrong } = readDatasetFile(await file.text())
    setFaults(wrong === null ? [] : [`${file.name} is not as it must be. ${wrong.join(' ')}`])
    if (content === null) return
    if (datasets.data?.some(({ name }) => name === content.name) === true) setAsked(content)
    else take.mutate(content)
  }
  return (
    <div className={styles.import}>
      <Button {...returnFocus} onClick={() => input.current?.click()}>
        Import…
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="File of a dataset"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? []
          if (file !== undefined) void read(file)
          event.currentTarget.value = ''
        }}
      />
      <PleaseLook at={faults} />
      {take.isError && <ProblemNotice problem={problemOf(take.error)} />}
      {asked !== null && (
        <Ask
          title={`Replace what is known of “${asked.name}”?`}
          yes="Replace"
          no="Leave it"
          onYes={() => take.mutate(asked)}
          onClose={() => setAsked(null)}
        >
          {changes.length === 0 ? (
            'The file says the same as what is known.'
          ) : (
            <>
              Where its files go stays. This changes:
              <ul className={styles.changes}>
                {changes.map((change) => (
                  <li key={changeLine(change)}>{changeLine(change)}</li>
                ))}
              </ul>
            </>
          )}
        </Ask>
      )}
    </div>
  )
}
