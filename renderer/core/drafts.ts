/** What is chosen for a file at the desk is kept by the core until the file is sent, and is there again when it is chosen the next time. */
import { type Draft, type KeptDraft, boundedHistory } from '../../shared/domain/draft.ts'
import { withIds } from '../../shared/domain/recipe/recipe.ts'
import type { ChosenFile, ChosenFiles, Choices } from './chosenFiles.ts'
import type { Client } from './host.ts'
import { problemOf } from './problem.ts'

/** What of the choices is kept; null: nothing is chosen, but for the place it goes to. */
export function draftOf(choices: Choices): Draft | null {
  const { dataset, reading, columns, recipe, keepsRecipe, header } = choices
  const isEmpty =
    reading === null && recipe === null && header === null && Object.keys(columns).length === 0
  if (isEmpty) return null
  const states = recipe && {
    all: recipe.all.map((steps) => [...steps]),
    at: recipe.at,
  }
  return {
    dataset: dataset.trim(),
    reading,
    columns,
    recipe: states && boundedHistory(states),
    keepsRecipe,
    header,
  }
}

/** The choices as they were. */
export function choicesOf({ recipe, ...draft }: Draft): Omit<Choices, 'destination'> {
  return { ...draft, recipe: recipe && { all: recipe.all.map(withIds), at: recipe.at } }
}

/** Follows the chosen files for as long as the window lives. */
export function keepDrafts({ drafts }: Pick<Client, 'drafts'>, files: ChosenFiles): void {
  /** By file: the choices that the core was told last, of which source, and whether it is still being told. */
  const told = new Map<string, { choices: Choices; source: string; busy: boolean }>()
  const fileOf = (key: string) => files.store.get().files.find((file) => file.key === key)

  const find = async (file: ChosenFile, source: string): Promise<void> => {
    const { key, choices } = file
    files.note(key, { earlier: { state: 'asked' } })
    try {
      const kept = await drafts.find({ source, dataset: choices.dataset.trim() })
      const now = fileOf(key)
      if (now === undefined) return
      if (kept === null) {
        told.set(key, { choices, source, busy: false })
        files.note(key, { earlier: { state: 'none' } })
      } else if (now.choices === choices && draftOf(choices) === null) {
        const taken = { ...choices, ...choicesOf(kept.draft) }
        told.set(key, { choices: taken, source, busy: false })
        files.note(key, { earlier: { state: 'taken', kept } })
        files.choose(key, taken)
      } else {
        told.set(key, { choices, source, busy: false })
        files.note(key, { earlier: { state: 'aside', kept } })
      }
    } catch (thrown) {
      files.note(key, { earlier: { state: 'failed', problem: problemOf(thrown) } })
    }
  }

  const keep = async ({ key, choices }: ChosenFile, source: string): Promise<void> => {
    told.set(key, { choices, source, busy: true })
    let unkept: ChosenFile['unkept'] = null
    try {
      await drafts.keep({ source, draft: draftOf(choices) })
    } catch (thrown) {
      unkept = problemOf(thrown)
    }
    told.set(key, { choices, source, busy: false })
    files.note(key, { unkept })
    // What was chosen meanwhile.
    look()
  }

  const look = (): void => {
    const { files: all } = files.store.get()
    for (const key of told.keys()) if (all.every((file) => file.key !== key)) told.delete(key)
    for (const file of all) {
      const { key, source, choices, earlier, belonging } = file
      if (source === null || file.arrival.state !== 'here' || file.sending.state === 'starting')
        continue
      const known = told.get(key)
      if (earlier.state === 'unasked') {
        if (belonging !== null) void find(file, source)
      } else if (known !== undefined && !known.busy) {
        const again = file.unkept !== null && known.source !== source
        if (known.choices !== choices || again) void keep(file, source)
      }
    }
  }
  files.store.subscribe(look)
}

/** The earlier choices in place of those of now. */
export function takeEarlier(files: ChosenFiles, key: string, kept: KeptDraft): void {
  files.choose(key, choicesOf(kept.draft))
  files.note(key, { earlier: { state: 'taken', kept } })
}
