import { Button, Checkbox, useRestoreFocusTarget } from '@fluentui/react-components'
import { ArrowClockwise20Regular } from '@fluentui/react-icons/svg/arrow-clockwise'
import { Delete20Regular } from '@fluentui/react-icons/svg/delete'
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss'
import { Pause20Regular } from '@fluentui/react-icons/svg/pause'
import { Play20Regular } from '@fluentui/react-icons/svg/play'
import { useState, type ReactElement } from 'react'
import { type Run, type Verb, workedAt } from '../../../shared/domain/runs/run.ts'
import { useCommands } from '../../core/commands.ts'
import { Ask } from '../../ui/Ask.tsx'
import { Freed } from './Freed.tsx'
import { allowedVerbs, verbEffects, verbWords } from './stateWords.ts'

const icons: Record<Verb, ReactElement> = {
  pause: <Pause20Regular />,
  resume: <Play20Regular />,
  cancel: <Dismiss20Regular />,
  retry: <ArrowClockwise20Regular />,
  discard: <Delete20Regular />,
}

const questions = {
  cancel: { title: 'Cancel this run?', yes: 'Cancel the run', no: 'Keep it going' },
  discard: { title: 'Discard this run?', yes: 'Discard the run', no: 'Keep it' },
} as const

export type AskedVerb = keyof typeof questions

function isAsked(verb: Verb): verb is AskedVerb {
  return verb in questions
}

/**
 * What was stopped by a limit of its dataset ends the same way again, unless something is changed first; so does what failed
 * where the run is worked at, unless that runs again.
 */
function isWayOn(verb: Verb, { state, told }: Run): boolean {
  const isOffered = workedAt(told)?.offer !== undefined
  return verb === 'resume' || (verb === 'retry' && state !== 'stopped' && !isOffered)
}

/** Exactly the buttons a run's state allows. What cannot be had back asks back. */
export function RunButtons({
  run,
  busy,
  onVerb,
}: {
  run: Run
  busy: boolean
  onVerb: (verb: Verb, there?: boolean) => void
}) {
  const [asking, setAsking] = useState<AskedVerb | null>(null)
  const returnFocus = useRestoreFocusTarget()
  const tell = (verb: Verb) => {
    if (busy) return
    if (isAsked(verb)) setAsking(verb)
    else onVerb(verb)
  }
  useCommands(
    allowedVerbs(run).map((verb) => ({
      title: `${verbWords[verb].replace('…', '')} ${run.source.name}${isAsked(verb) ? '…' : ''}`,
      run: () => tell(verb),
    })),
  )
  return (
    <>
      {allowedVerbs(run).map((verb) => (
        <Button
          key={verb}
          {...(isAsked(verb) ? returnFocus : {})}
          icon={icons[verb]}
          appearance={isWayOn(verb, run) ? 'primary' : 'secondary'}
          disabledFocusable={busy}
          onClick={() => tell(verb)}
        >
          {verbWords[verb]}
        </Button>
      ))}
      {asking !== null && (
        <VerbQuestion
          run={run}
          verb={asking}
          onYes={(there) => onVerb(asking, there)}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  )
}

export function VerbQuestion({
  run,
  verb,
  onYes,
  onClose,
}: {
  run: Run
  verb: AskedVerb
  /** `there`: what it waits for is to end, too. */
  onYes: (there: boolean) => void
  onClose: () => void
}) {
  const [there, setThere] = useState(false)
  const told = verb === 'cancel' ? workedAt(run.told) : null
  return (
    <Ask {...questions[verb]} onYes={() => onYes(there)} onClose={onClose}>
      The run of {run.source.name} {verbEffects[verb]}
      {told !== null && (
        <Checkbox
          label={`End ${told.name} at ${told.connection}, too`}
          checked={there}
          onChange={(_, { checked }) => setThere(checked === true)}
        />
      )}
      {verb === 'discard' && <Freed runIds={[run.id]} />}
    </Ask>
  )
}
