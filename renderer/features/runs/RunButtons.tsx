import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import { ArrowClockwise20Regular } from '@fluentui/react-icons/svg/arrow-clockwise'
import { Delete20Regular } from '@fluentui/react-icons/svg/delete'
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss'
import { Pause20Regular } from '@fluentui/react-icons/svg/pause'
import { Play20Regular } from '@fluentui/react-icons/svg/play'
import { useState, type ReactElement } from 'react'
import { verbsOf, type Run, type Verb } from '../../../shared/domain/run.ts'
import { Ask } from '../../ui/Ask.tsx'
import { verbWords } from './stateWords.ts'

const icons: Record<Verb, ReactElement> = {
  pause: <Pause20Regular />,
  resume: <Play20Regular />,
  cancel: <Dismiss20Regular />,
  retry: <ArrowClockwise20Regular />,
  discard: <Delete20Regular />,
}

/** Exactly the buttons a run's state allows. Only cancelling asks back. */
export function RunButtons({
  run,
  busy,
  onVerb,
}: {
  run: Run
  busy: boolean
  onVerb: (verb: Verb) => void
}) {
  const [asking, setAsking] = useState(false)
  const returnFocus = useRestoreFocusTarget()
  // What asks goes on with the answer, and with nothing else.
  const verbs = verbsOf(run.state).filter((verb) => run.question === null || verb === 'cancel')
  return (
    <>
      {verbs.map((verb) => (
        <Button
          key={verb}
          {...(verb === 'cancel' ? returnFocus : {})}
          icon={icons[verb]}
          appearance={verb === 'retry' || verb === 'resume' ? 'primary' : 'secondary'}
          disabledFocusable={busy}
          onClick={() => (verb === 'cancel' ? setAsking(true) : onVerb(verb))}
        >
          {verbWords[verb]}
        </Button>
      ))}
      {asking && (
        <Ask
          title="Cancel this run?"
          yes="Cancel the run"
          no="Keep it going"
          onYes={() => onVerb('cancel')}
          onClose={() => setAsking(false)}
        >
          The run of {run.source.name} ends here. What was in the storage and in the table before
          stays as it is. You can retry the run later.
        </Ask>
      )}
    </>
  )
}
