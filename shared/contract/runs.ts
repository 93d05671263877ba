/** Files on their way, and what is held back of them. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { Check, Sample } from '../domain/files/check.ts'
import { Column } from '../domain/datasets/dataset.ts'
import { Answer } from '../domain/runs/decision.ts'
import { BroughtBack, FixChange, HeldPage, UnclearDay } from '../domain/fixing/fixing.ts'
import {
  ChangedCell,
  FixEffect,
  FixedTogether,
  GroupFix,
  ProposedFix,
  RowsToFix,
  UndoneTogether,
} from '../domain/fixing/groupFix.ts'
import { HeaderMap } from '../domain/columns/headerMap.ts'
import { Profile } from '../domain/files/profile.ts'
import { Reading } from '../domain/files/reading.ts'
import { ChosenRecipe } from '../domain/recipe/recipe.ts'
import { Receipt, Run, RunEvent } from '../domain/runs/run.ts'
import { RunFilter, RunOrder } from '../domain/runs/runList.ts'
import { similarBy, SimilarValues } from '../domain/cells/similar.ts'
import { Suggestions } from '../domain/recipe/suggestion.ts'
import { Verified } from '../domain/runs/verified.ts'
import { call, Look, nothing, RunId, SourceId, StartRun } from './call.ts'

/** Rows that go out of a table, rows of before that come back to it, and what becomes of the blob, in words. */
const Undone = z.object({
  table: z.string(),
  out: z.number(),
  back: z.number(),
  tableRows: z.number(),
  /** The runs that had completed it, and go with it. */
  completions: z.array(z.string()),
  undoneAt: z.string().nullable(),
  blob: z.string().nullable(),
})

export const runs = {
  start: call.input(StartRun).output(RunId),
  /** The file of a run as a chosen one, to be looked at and sent with other choices. */
  chooseAgain: call.input(RunId).output(
    z.object({
      source: SourceId,
      name: z.string(),
      bytes: z.number().nullable(),
      reading: Reading.nullable(),
      columns: z.array(Column).nullable(),
      recipe: ChosenRecipe.nullable(),
    }),
  ),
  /** What a run would make of the whole file; nothing is sent, loaded or remembered. */
  check: call
    .input(Look.extend({ dataset: StartRun.shape.dataset, sample: Sample.optional() }))
    .output(Check),
  /** What the columns of the whole file hold, as the dataset has them, or as the file suggests. */
  profile: call.input(Look).output(Profile),
  /** Which steps the whole file asks for, behind the recipe that is given, else the dataset's. */
  suggest: call.input(Look).output(Suggestions),
  /** Which values of a column, as the recipe leaves it, are likely spellings of one; `by` null: all of them, each by itself. */
  similar: call
    .input(
      Look.extend({
        column: z.string().min(1).max(10_000),
        by: z.enum(similarBy).nullable(),
      }),
    )
    .output(SimilarValues),
  list: call
    .input(
      RunFilter.extend({
        order: RunOrder.optional(),
        offset: z.int().min(0).default(0),
        limit: z.int().min(1).max(1000).default(200),
      }),
    )
    .output(z.array(Run)),
  count: call.input(RunFilter).output(z.number()),
  get: call.input(RunId).output(z.object({ run: Run, receipt: Receipt })),
  events: call.input(RunId).output(z.array(RunEvent)),
  /** Snapshots of runs as they change, at most one in `intervalMs` each; starts with `first`, or every unfinished run. */
  watch: call
    .input(
      z
        .object({
          first: z.array(z.string().min(1).max(64)).max(1000).optional(),
          intervalMs: z.int().min(0).max(10_000).optional(),
        })
        .optional(),
    )
    .output(eventIterator(Run)),
  /** Held-back rows that are not home yet: a part of them, or of those of one group, or with one cell. */
  rejects: call
    .input(
      RunId.extend({
        offset: z.int().min(0),
        limit: z.int().min(1).max(500),
        ...RowsToFix.shape,
      }),
    )
    .output(HeldPage),
  /** How many cells got an apostrophe in front in the last file of held-back rows, so that no spreadsheet runs them. */
  harmless: call.input(RunId).output(z.number()),
  /** What could repair the rows of a group, each counted. */
  proposeFixes: call
    .input(RunId.extend({ group: z.string().max(1000) }))
    .output(z.array(ProposedFix)),
  /** What a fix of many rows would do; nothing is changed. */
  foreseeFix: call
    .input(RunId.extend({ which: RowsToFix, fix: GroupFix }))
    .output(FixEffect.extend({ examples: z.array(ChangedCell) })),
  /** Fixes many rows at once. `remember`: its steps become the first ones of the dataset. Answers by which number it is undone. */
  fixTogether: call
    .input(RunId.extend({ which: RowsToFix, fix: GroupFix, remember: z.boolean() }))
    .output(FixEffect.extend(FixedTogether.shape)),
  /** Rows that were fixed together, and neither changed nor sent since, are as before, and so is what the dataset kept of it. */
  undoTogether: call.input(RunId.extend(FixedTogether.shape)).output(UndoneTogether),
  /** What a person makes of held-back rows; kept before they are checked as a run would. */
  fix: call.input(RunId.extend({ changes: z.array(FixChange).min(1).max(10_000) })).output(nothing),
  /** Held-back rows that were edited elsewhere come back; a row that is not among them stays as it is. */
  bringFixed: call
    .input(RunId.extend({ source: SourceId, dates: UnclearDay.shape.order.optional() }))
    .output(BroughtBack),
  /** Sends the rows that are in order, by a run of their own that completes this one; answers with its id. */
  sendFixed: call.input(RunId).output(RunId),
  /** Puts every unfinished run back in line, if it is not there; answers with their ids. */
  resumeAll: call.output(z.array(z.string())),
  /** Puts a run that was cut off back in line, if it is not there. */
  continue: call.input(RunId).output(nothing),
  pause: call.input(RunId).output(nothing),
  resume: call.input(RunId).output(nothing),
  /** Does what is offered of whoever was told: switches it on there, or has what failed run again. The run goes on then. */
  goOnThere: call.input(RunId).output(nothing),
  /** `there`: what the run waits for at those who were told is to end, too. */
  cancel: call.input(RunId.extend({ there: z.boolean().optional() })).output(nothing),
  /** The same run again, from the step that did not end well; what is done is not repeated. */
  retry: call.input(RunId).output(RunId),
  /** Makes the blob of a run again that its storage has lost, from its file or from `source`, and sends it. */
  resend: call
    .input(RunId.extend({ source: SourceId.optional() }))
    .output(z.object({ sent: z.boolean() })),
  /** What the person says to what a waiting run has asked. */
  /** `header` goes with `map`, where it is not as proposed. */
  answer: call
    .input(RunId.extend({ answer: Answer, header: HeaderMap.optional() }))
    .output(nothing),
  /** What an undo would do; nothing is changed. */
  foreseeUndo: call.input(RunId).output(Undone),
  /** Takes the rows of a run out of its table again, and brings back those that it took the place of. */
  undo: call.input(RunId).output(Undone),
  /** Whether the warehouse still has what a run delivered; nothing is changed. */
  verify: call.input(RunId).output(Verified),
  /** How much of this computer a run takes, in bytes, which discarding it would free. */
  keptBytes: call.input(RunId).output(z.number()),
  /** Forgets a finished run and removes what it kept on this computer. */
  discard: call.input(RunId).output(nothing),
}
