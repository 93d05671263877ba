import { Button } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { type HeaderMap, asItIs, mapWords } from '../../../shared/domain/columns/headerMap.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './DatasetsPage.module.css'

/** What was said of headers that changed; what is taken back is asked about again. */
export function OtherLabels({ dataset: { name, header = asItIs } }: { dataset: Dataset }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const save = useMutation({
    mutationFn: (next: HeaderMap) => client.datasets.changeHeader({ name, header: next }),
    onSuccess: async () => {
      announce(`Saved for ${name}.`)
      await queryClient.invalidateQueries({ queryKey: datasetsQuery(client).queryKey })
    },
  })
  const said = partsOf(header)
  if (said.length === 0) return null
  return (
    <details className={styles.columns}>
      <summary>{plural(said.length, 'other label')}</summary>
      <ul className={styles.labels} aria-label={`Other labels of ${name}`}>
        {said.map(({ part, rest }) => (
          <li key={mapWords(part)}>
            {mapWords(part)}
            <Button
              size="small"
              appearance="subtle"
              aria-label={`Ask again: ${mapWords(part)}`}
              disabledFocusable={save.isPending}
              onClick={() => save.mutate(rest)}
            >
              Ask again
            </Button>
          </li>
        ))}
      </ul>
      {save.isError && <ProblemNotice problem={problemOf(save.error)} />}
    </details>
  )
}

/** Each thing that was said, and the others without it. */
function partsOf(header: HeaderMap): { part: HeaderMap; rest: HeaderMap }[] {
  const { renamed } = header
  const without = (list: readonly string[], one: string) => list.filter((label) => label !== one)
  return [
    ...Object.entries(renamed).map(([from, to]) => ({
      part: { ...asItIs, renamed: { [from]: to } },
      rest: {
        ...header,
        renamed: Object.fromEntries(Object.entries(renamed).filter(([label]) => label !== from)),
      },
    })),
    ...(['gone', 'ignored'] as const).flatMap((how) =>
      header[how].map((label) => ({
        part: { ...asItIs, [how]: [label] },
        rest: { ...header, [how]: without(header[how], label) },
      })),
    ),
  ]
}
