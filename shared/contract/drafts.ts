import { z } from 'zod'
import { Draft, KeptDraft } from '../domain/draft.ts'
import { call, nothing, SourceId } from './call.ts'

/** What is chosen for a file at the desk, until it is sent. */
export const drafts = {
  /** What was chosen for a file with these bytes before; null: nothing. Waits for the last of them. `dataset`: for which it seems to be. */
  find: call
    .input(z.object({ source: SourceId, dataset: Draft.shape.dataset }))
    .output(KeptDraft.nullable()),
  /** In place of what was kept for it; null: nothing is chosen. */
  keep: call.input(z.object({ source: SourceId, draft: Draft.nullable() })).output(nothing),
}
