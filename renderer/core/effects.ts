/** What the steps of a chosen file do to it, before it is sent. */
import { useEffect, useMemo, useState } from 'react'
import type { Dataset } from '../../shared/domain/datasets/dataset.ts'
import type { RecipeEffect, WorkedRow } from '../../shared/domain/recipe/effect.ts'
import { type LookView, needsCheck } from '../../shared/domain/files/look.ts'
import type { ProblemData } from '../../shared/domain/problem.ts'
import type { ChosenFile } from './chosenFiles.ts'
import { useClient } from './core.tsx'
import type { Client } from './host.ts'
import { pageRows, type View, lookThrough } from './looks.ts'
import { problemOf } from './problem.ts'
import { type Step, recipeText } from './recipes.ts'

export interface KnownEffect {
  /** Of the steps as they are, or, while these are worked, as they were before. */
  effect: RecipeEffect | null
  isCurrent: boolean
  problem: ProblemData | null
}

/** What each step does to the whole file; asked anew whenever the steps change, the question before it given up. */
export function useRecipeEffect(
  file: ChosenFile,
  dataset: Dataset | null,
  steps: readonly Step[],
  isWanted: boolean,
): KnownEffect {
  const client = useClient()
  const { source } = file
  const { reading, header } = file.choices
  const name = dataset?.name ?? null
  const key = JSON.stringify([source, reading, name, header, recipeText(steps)])
  const [known, setKnown] = useState<Omit<KnownEffect, 'isCurrent'> & { key: string }>({
    key: '',
    effect: null,
    problem: null,
  })
  useEffect(() => {
    if (source === null || !isWanted) return
    const end = new AbortController()
    const { signal } = end
    const ask = async () => {
      const states = await client.looks.effect(
        {
          source,
          ...(reading === null ? {} : { reading }),
          ...(name === null ? {} : { dataset: name }),
          ...(header === null ? {} : { header }),
          recipe: [...steps],
        },
        { signal },
      )
      for await (const state of states)
        if (state.kind === 'known' && !signal.aborted)
          setKnown({ key, effect: state.effect, problem: null })
    }
    ask().catch((error: unknown) => {
      if (!signal.aborted) setKnown({ key, effect: null, problem: problemOf(error) })
    })
    return () => end.abort()
    // `key` says the same of the reading and the steps, which are new objects each time.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [client, key, isWanted])
  return { effect: known.effect, problem: known.problem, isCurrent: known.key === key }
}

/** The labels of the columns in which a step, or any of them (null), changes cells; none where nobody wants to know. */
export function useChangedColumns(
  { effect }: KnownEffect,
  stepId: string | null,
  isWanted: boolean,
): ReadonlySet<string> {
  return useMemo(() => {
    const steps = isWanted ? (effect?.steps ?? []) : []
    const looked = steps.filter((step) => stepId === null || step.stepId === stepId)
    return new Set(
      looked.flatMap(({ changedByColumn }) => changedByColumn.map(({ column }) => column)),
    )
  }, [effect, stepId, isWanted])
}

/** Between which places of the steps a table is shown: after the first `since`, and after the first `upTo`. */
export interface Span {
  steps: readonly Step[]
  since: number
  upTo: number
}

/** One page of rows as the steps leave them, with what stood there before. */
export async function workedPage(
  client: Client,
  view: View,
  { steps, since, upTo }: Span,
  shownAs: LookView,
  { page, known }: { page: number; known: number },
  signal: AbortSignal,
): Promise<{ rows: WorkedRow[]; total: number }> {
  const from = page * pageRows
  const { columns, recipe: _recipe, ...input } = lookThrough(view)
  return await client.looks.worked(
    {
      ...input,
      ...(columns !== undefined && needsCheck(view.filters) ? { columns } : {}),
      recipe: [...steps],
      since,
      upTo,
      view: shownAs,
      from,
      limit: Math.max(1, Math.min(pageRows, known - from)),
    },
    { signal },
  )
}
