/** A group of held-back rows, repaired by what Pallet proposes or by the steps of a recipe. */
import { readRecipeFile } from '../../shared/domain/datasets/datasetFile.ts'
import { groupSentence } from '../../shared/domain/fixing/fixing.ts'
import { type GroupFix, effectWords, fixWords } from '../../shared/domain/fixing/groupFix.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { textOf, whole } from './datasetFiles.ts'
import type { Session } from './session.ts'

interface GroupFixOptions {
  proposal?: number
  recipe?: string
  remember?: true
}

/** Answers whether anything was done: without a proposal or a recipe, it only says what could be. */
export async function fixGroup(
  { core, output, signal }: Session,
  runId: string,
  number: number,
  { proposal, recipe, remember }: GroupFixOptions,
): Promise<boolean> {
  const { groups, columns } = await core.runs.rejects(runId, 0, 1)
  const group = groups[number - 1]
  if (group === undefined)
    throw nothingThere(
      `The run ${runId} has no group ${number} of held-back rows.`,
      `“pallet rejects ${runId} --groups” lists them.`,
    )
  const labelOf = (name: string) => columns.find((column) => column.name === name)?.label ?? name
  const proposed = recipe === undefined ? await core.runs.proposeFixes(runId, group.id, signal) : []
  const fix: GroupFix | undefined =
    recipe === undefined
      ? proposed[(proposal ?? 0) - 1]?.fix
      : { kind: 'steps', steps: whole(readRecipeFile(await textOf(recipe)), recipe) }
  if (fix === undefined) {
    if (proposal !== undefined)
      throw nothingThere(
        `There is no proposal ${proposal} for this group.`,
        `“pallet fix ${runId} --group ${number}” lists them.`,
      )
    output.note(groupSentence(group))
    for (const [index, { fix: one, effect }] of proposed.entries())
      output.text(`  ${index + 1}. ${fixWords(one, labelOf)}: ${effectWords(effect)}.`, {
        event: 'proposal',
        ...effect,
        words: fixWords(one, labelOf),
        fix: one,
      })
    output.note(
      proposed.length === 0
        ? `Nothing is proposed for these rows. Write steps of your own, and give them with “--recipe”.`
        : `Nothing was changed. “pallet fix ${runId} --group ${number} --proposal 1” does the first; “--remember” does it in the next files, too.`,
    )
    return false
  }
  const input = { runId, which: { group: group.id }, fix }
  const done = await core.runs.fixTogether(input, remember === true, signal)
  output.text(
    `${fixWords(fix, labelOf)}: ${effectWords(done)}.${remember === true && fix.kind === 'steps' ? ' The dataset keeps the steps.' : ''}`,
    { event: 'fixed', runId, ...done },
  )
  return true
}

function nothingThere(what: string, advice: string): Problem {
  return new Problem({ code: 'not-found', what, did: 'Nothing was changed.', advice })
}
