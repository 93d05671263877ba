import { ProgressBar } from '@fluentui/react-components'
import { isFinished, type Run, type Step } from '../../../shared/domain/runs/run.ts'
import { formatDuration } from '../../../shared/domain/sizes.ts'
import { fractionOf, progressText, stepResult, stepWords } from './progressText.ts'
import { StepStateIcon, stepStateWords } from './StateMark.tsx'
import styles from './Street.module.css'

/** The steps of a run, one below the other. Every step keeps its height whatever it says; nobody is told of a trigger that there is not. */
export function Street({ run }: { run: Run }) {
  return (
    <ol className={styles.street} aria-label="Steps">
      {run.steps
        .filter(({ name }) => name !== 'trigger' || run.destination.triggers.length > 0)
        .map((step) => (
          <StepRow key={step.name} step={step} run={run} />
        ))}
    </ol>
  )
}

function StepRow({ step, run }: { step: Step; run: Run }) {
  const words = stepWords[step.name]
  const active = step.state === 'running' || step.state === 'waiting'
  const progress = active ? step.progress : null
  const text = progress === null ? null : progressText(progress)
  const fraction = progress === null ? null : fractionOf(progress)
  const waits = progress?.state === 'waiting'
  const stalled =
    waits || run.state === 'waiting' || run.state === 'paused' || isFinished(run.state)
  const state = active && waits ? 'waiting' : step.state
  return (
    <li
      className={styles.step}
      data-state={state}
      aria-current={active ? 'step' : undefined}
      aria-label={`${words.title}: ${stepStateWords[state]}`}
    >
      <span className={styles.icon}>
        <StepStateIcon state={state} />
      </span>
      <div className={styles.body}>
        <div className={styles.head}>
          <span className={styles.title}>{words.title}</span>
          <span className={styles.doing}>
            {progress !== null && progress.doing !== ''
              ? progress.doing
              : step.state === 'done' || step.state === 'skipped'
                ? stepResult(step, run)
                : words.about}
          </span>
          <span className={styles.time}>
            {step.ms === null || step.state === 'skipped' ? '' : formatDuration(step.ms)}
          </span>
        </div>
        {/* What rests and has lost its numbers (a restart) says nothing rather than nought. */}
        {active && (progress !== null || !stalled) && (
          <div className={styles.progress}>
            <ProgressBar
              aria-label={words.title}
              aria-valuetext={
                text === null
                  ? stepStateWords[state]
                  : [
                      fraction === null ? '' : `${Math.floor(fraction * 100)} %`,
                      ...Object.values(text),
                    ]
                      .filter((part) => part !== '')
                      .join(', ')
              }
              thickness="large"
              {...(fraction === null || fraction === 0
                ? // A bar that runs to and fro says “something happens”, also before the first part is
                  // done; while nothing happens, it stands.
                  stalled
                  ? { value: 0 }
                  : {}
                : { value: fraction })}
            />
            <div className={styles.numbers}>
              <span>{text?.bytes}</span>
              <span>{text?.rows}</span>
              <span>{text?.rate}</span>
              <span>{text?.left}</span>
            </div>
          </div>
        )}
      </div>
    </li>
  )
}
