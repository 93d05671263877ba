import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { ArrowUndo20Regular } from '@fluentui/react-icons/svg/arrow-undo'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { canUndo, type Run } from '../../../shared/domain/runs/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { runKey, runListsKey } from '../../core/queries.ts'
import { Ask } from '../../ui/Ask.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'

/** Takes what a run has delivered out of its table again, once it was said what that does. */
export function UndoButton({ run }: { run: Run }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const returnFocus = useRestoreFocusTarget()
  const input = { runId: run.id }
  const foresee = useMutation({ mutationFn: () => client.runs.foreseeUndo(input) })
  const undo = useMutation({
    mutationFn: () => client.runs.undo(input),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: runListsKey })
      await queryClient.invalidateQueries({ queryKey: runKey(run.id) })
    },
  })
  if (!canUndo(run)) return null
  const failed = foresee.error ?? undo.error
  return (
    <>
      <Button
        icon={<ArrowUndo20Regular />}
        disabledFocusable={foresee.isPending || undo.isPending}
        onClick={() => foresee.mutate()}
        {...returnFocus}
      >
        Undo…
      </Button>
      {failed !== null && (
        <ProblemNotice
          problem={problemOf(failed)}
          action={{
            label: 'Close',
            run: () => {
              foresee.reset()
              undo.reset()
            },
          }}
        />
      )}
      {foresee.data !== undefined && (
        <Ask
          title="Undo this delivery?"
          yes="Undo"
          no="Keep it"
          onYes={() => undo.mutate()}
          onClose={() => foresee.reset()}
        >
          {plural(foresee.data.out, 'row')} of {run.source.name} go out of the table{' '}
          {foresee.data.table}.
          {foresee.data.back > 0 &&
            ` ${plural(foresee.data.back, 'row')} that they took the place of come back.`}
          {foresee.data.completions.length > 0 &&
            ` The rows that were held back and sent later (${foresee.data.completions.join(', ')}) go with them.`}
          {foresee.data.blob !== null && ` ${foresee.data.blob}`}
        </Ask>
      )}
    </>
  )
}
