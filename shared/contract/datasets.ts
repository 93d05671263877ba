/** What is remembered of each kind of export. */
import { z } from 'zod'
import { ColumnChange } from '../domain/columns/columnChange.ts'
import { Compared } from '../domain/recipe/compared.ts'
import { Contract, Dataset, RowBounds, TriggerTargets } from '../domain/datasets/dataset.ts'
import { DatasetFile } from '../domain/datasets/datasetFile.ts'
import { HeaderMap } from '../domain/columns/headerMap.ts'
import { Recipe } from '../domain/recipe/recipe.ts'
import { DatasetVersion, Why } from '../domain/datasets/version.ts'
import { call, nothing, SourceId } from './call.ts'

export const datasets = {
  list: call.output(z.array(Dataset)),
  /** Doubts that were told of its last delivered file; told again in the same words they are nothing new. */
  toldDoubts: call.input(z.object({ name: z.string() })).output(z.array(z.string())),
  /** How many rows its files usually have; one outside of it is asked about. */
  changeRows: call
    .input(z.object({ name: z.string(), rows: RowBounds, why: Why.optional() }))
    .output(nothing),
  /** Its columns, for files to come; answers what that means to its table, if anything. */
  changeColumns: call
    .input(
      z.object({
        name: z.string(),
        changes: z.array(ColumnChange).max(5000),
        why: Why.optional(),
      }),
    )
    .output(z.string().nullable()),
  /** What its files are held to: the contract with the columns that it has, and other rules. */
  changeRules: call
    .input(z.object({ name: z.string(), contract: Contract, why: Why.optional() }))
    .output(nothing),
  /** Its cleaning steps, for files to come. */
  changeRecipe: call
    .input(z.object({ name: Dataset.shape.name, recipe: Recipe, why: Why.optional() }))
    .output(nothing),
  /** Who is told when a file has landed, for files to come. */
  changeTold: call
    .input(z.object({ name: z.string(), triggers: TriggerTargets, why: Why.optional() }))
    .output(nothing),
  /** What a file says of it; where its files go stays. */
  import: call.input(DatasetFile.extend({ why: Why.optional() })).output(nothing),
  /** How it was at its times, newest first. */
  versions: call.input(z.object({ name: z.string() })).output(z.array(DatasetVersion)),
  /** As it was then, as a new version; answers what that means to its table, if anything. */
  restore: call
    .input(z.object({ name: z.string(), version: z.int().min(1), why: Why.optional() }))
    .output(z.string().nullable()),
  /** Which rows of a file it makes otherwise in two versions; absent, or as a file says (`other`): as it is now. */
  compare: call
    .input(
      z.object({
        source: SourceId,
        name: z.string(),
        version: z.int().min(1).optional(),
        /** After: the dataset in this version, or as a file says. */
        to: z.int().min(1).optional(),
        other: DatasetFile.optional(),
        /** Only rows in which this column of the table differs. */
        column: z.string().optional(),
        /** Row among those that differ, from 0; 200 are answered. */
        from: z.int().min(0).optional(),
        sample: z.int().min(1).optional(),
      }),
    )
    .output(Compared),
  /** What is known of labels that are not as it expects them. */
  changeHeader: call
    .input(z.object({ name: Dataset.shape.name, header: HeaderMap }))
    .output(nothing),
  /** Another one, alike; its files go into a table of its own. */
  copy: call.input(z.object({ name: z.string(), to: Dataset.shape.name.trim() })).output(nothing),
  rename: call.input(z.object({ name: z.string(), to: Dataset.shape.name.trim() })).output(nothing),
  remove: call.input(z.object({ name: z.string() })).output(nothing),
}
