import { Button } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Run } from '../../../shared/domain/runs/run.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { runKey, runListsKey } from '../../core/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { ChooseFile } from './ChooseFile.tsx'
import styles from './RunProblem.module.css'
import { hasLostBlob } from './stateWords.ts'

/** The storage has lost what a run has delivered, and how it comes back there. */
export function LostBlob({ run }: { run: Run }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const resend = useMutation({
    mutationFn: async (open: (() => Promise<string>) | null) =>
      await client.runs.resend({
        runId: run.id,
        ...(open === null ? {} : { source: await open() }),
      }),
    onSuccess: () => announce('The blob is in the storage again.'),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: runListsKey })
      await queryClient.invalidateQueries({ queryKey: runKey(run.id) })
    },
  })
  const { blob } = run.destination
  const problem = resend.error === null ? null : problemOf(resend.error)
  const wantsFile = problem?.code === 'source-missing' || problem?.code === 'integrity'
  if (!hasLostBlob(run) || blob === null) return null
  return (
    <div className={styles.problem} role="alert">
      <ProblemNotice
        intent="warning"
        problem={{
          code: 'integrity',
          what: `The storage does not have ${blob.container}/${blob.name} any more.`,
          did: 'Its rows are in the table as before; whoever reads the storage lacks them.',
          advice:
            'It can be made again from the file, byte for byte; the table is not touched by that.',
          detail: '',
        }}
        actions={
          <Button
            size="small"
            appearance="primary"
            disabledFocusable={resend.isPending}
            onClick={() => resend.mutate(null)}
          >
            {resend.isPending ? 'Sending it again…' : 'Send it again'}
          </Button>
        }
      />
      {problem !== null && (
        <ProblemNotice
          problem={problem}
          actions={
            wantsFile && (
              <ChooseFile
                label="Choose the file…"
                of={`The file ${run.source.name} as it was sent`}
                isBusy={false}
                onFile={resend.mutate}
              />
            )
          }
          action={{ label: 'Close', run: () => resend.reset() }}
        />
      )}
    </div>
  )
}
