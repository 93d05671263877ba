import { Button, Checkbox, Select, Spinner } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { HeldGroup, HeldPage } from '../../../shared/domain/fixing/fixing.ts'
import {
  type GroupFix,
  cellKinds,
  effectWords,
  fixWords,
} from '../../../shared/domain/fixing/groupFix.ts'
import type { RecipeStep, StepKind } from '../../../shared/domain/recipe/recipe.ts'
import { stepKindWords } from '../../../shared/domain/recipe/recipeWords.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { foreseenFixQuery, proposedFixesQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { StepForm } from '../steps/StepForm.tsx'
import styles from './HeldBack.module.css'

export type Repair = (fix: GroupFix, remember: boolean) => void

/** What could repair all rows of a group, each counted before it is done; or a step of one's own. */
export function GroupRepair({
  runId,
  group,
  columns,
  isBusy,
  onRepair,
}: {
  runId: string
  group: HeldGroup
  columns: HeldPage['columns']
  isBusy: boolean
  onRepair: Repair
}) {
  const client = useClient()
  const proposed = useQuery(proposedFixesQuery(client, runId, group.id))
  const [remember, setRemember] = useState(false)
  const [kind, setKind] = useState<StepKind | null>(null)
  const [step, setStep] = useState<RecipeStep | null>(null)
  const labels = columns.map(({ label }) => label)
  const labelOf = (name: string) => columns.find((column) => column.name === name)?.label ?? name
  return (
    <div className={styles.repairs}>
      {proposed.isPending && <Spinner size="tiny" label="Counting what could repair them …" />}
      {proposed.isError && <ProblemNotice problem={problemOf(proposed.error)} />}
      {proposed.data !== undefined && (
        <ul aria-label="What could repair them">
          {proposed.data.map(({ fix, effect }) => {
            const words = fixWords(fix, labelOf)
            return (
              <li key={words}>
                <Button
                  size="small"
                  aria-label={`Repair: ${words}`}
                  disabledFocusable={isBusy}
                  onClick={() => onRepair(fix, remember)}
                >
                  Repair
                </Button>
                <span>
                  {words}: <span className={styles.range}>{effectWords(effect)}.</span>
                </span>
              </li>
            )
          })}
        </ul>
      )}
      {step === null && kind === null && (
        <div className={styles.groupTools}>
          <Select
            size="small"
            aria-label="Another step for these rows"
            value=""
            onChange={(_, { value }) => setKind(cellKinds.find((one) => one === value) ?? null)}
          >
            <option value="">Another step …</option>
            {cellKinds.map((one) => (
              <option key={one} value={one}>
                {stepKindWords[one]}
              </option>
            ))}
          </Select>
          <Checkbox
            label="Steps are for the next files, too"
            checked={remember}
            onChange={(_, { checked }) => setRemember(checked === true)}
          />
        </div>
      )}
      {kind !== null && step === null && (
        <StepForm
          kind={kind}
          step={null}
          given={{}}
          labels={labels}
          onDone={setStep}
          onCancel={() => setKind(null)}
        />
      )}
      {step !== null && (
        <Foreseen
          runId={runId}
          group={group}
          fix={{ kind: 'steps', steps: [step] }}
          isBusy={isBusy}
          onYes={(fix) => onRepair(fix, remember)}
          onNo={() => setStep(null)}
        />
      )}
    </div>
  )
}

/** What a step of one's own would do, with the first cells, before it is done. */
function Foreseen({
  runId,
  group,
  fix,
  isBusy,
  onYes,
  onNo,
}: {
  runId: string
  group: HeldGroup
  fix: GroupFix
  isBusy: boolean
  onYes: (fix: GroupFix) => void
  onNo: () => void
}) {
  const client = useClient()
  const foreseen = useQuery(foreseenFixQuery(client, runId, { group: group.id }, fix))
  const effect = foreseen.data ?? null
  return (
    <div className={styles.foreseen} aria-live="polite">
      {foreseen.isPending && <Spinner size="tiny" label="Counting what it does …" />}
      {foreseen.isError && <ProblemNotice problem={problemOf(foreseen.error)} />}
      {effect !== null && (
        <>
          <p>
            {fixWords(fix, String)}: {effectWords(effect)}.
          </p>
          <ul>
            {effect.examples.map(({ line, column, before, after }) => (
              <li key={`${line} ${column}`}>
                Line {line}, {column}: <del>{before || 'empty'}</del> <ins>{after || 'empty'}</ins>
              </li>
            ))}
          </ul>
        </>
      )}
      <div className={styles.groupTools}>
        <Button
          size="small"
          appearance="primary"
          disabledFocusable={isBusy || (effect?.examples.length ?? 0) === 0}
          onClick={() => onYes(fix)}
        >
          Repair
        </Button>
        <Button size="small" onClick={onNo}>
          Change the step
        </Button>
      </div>
    </div>
  )
}
