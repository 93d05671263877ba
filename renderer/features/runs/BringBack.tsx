import { Button } from '@fluentui/react-components'
import { ArrowUpload20Regular } from '@fluentui/react-icons/svg/arrow-upload'
import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { type BroughtBack, broughtWords } from '../../../shared/domain/fixing/fixing.ts'
import { useCore } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { announce } from '../../ui/announce.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { ChooseFile } from './ChooseFile.tsx'
import styles from './HeldBack.module.css'

/** Where a day and a month change places. */
const otherOrder = { dmy: 'mdy', mdy: 'dmy', ymd: 'ymd' } as const
const orderWords = { dmy: 'day first', mdy: 'month first', ymd: 'year first' } as const

/** Held-back rows that were saved as a file and edited in another program come back. */
export function BringBack({ runId, onBack }: { runId: string; onBack: () => void }) {
  const { host } = useCore()
  const opened = useRef<() => Promise<string>>(() => Promise.reject(new Error('no file')))
  const bring = useMutation({
    mutationFn: async (dates: BroughtBack['unclear'][number]['order'] | null) =>
      await host.client.runs.bringFixed({
        runId,
        source: await opened.current(),
        ...(dates === null ? {} : { dates }),
      }),
    onSuccess: (back) => announce(broughtWords(back).join(' ')),
    onSettled: onBack,
  })
  const [unclear] = bring.data?.unclear ?? []
  return (
    <>
      <ChooseFile
        label={bring.isPending ? 'Bringing back…' : 'Bring back…'}
        of="File of held-back rows"
        icon={<ArrowUpload20Regular />}
        isBusy={bring.isPending}
        onFile={(open) => {
          opened.current = open
          bring.mutate(null)
        }}
      />
      {bring.isError && (
        <div className={styles.whole}>
          <ProblemNotice
            problem={problemOf(bring.error)}
            action={{ label: 'Close', run: () => bring.reset() }}
          />
        </div>
      )}
      {bring.data !== undefined && (
        <p className={styles.whole} data-testid="brought">
          {broughtWords(bring.data).join(' ')}{' '}
          {unclear !== undefined && (
            <Button size="small" onClick={() => bring.mutate(otherOrder[unclear.order])}>
              They are written {orderWords[otherOrder[unclear.order]]}
            </Button>
          )}
        </p>
      )}
    </>
  )
}
