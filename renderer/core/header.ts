import { printsOfPreview } from '../../shared/domain/columns/columnPrints.ts'
import type { ColumnPrint } from '../../shared/domain/columns/columnPrint.ts'
import type { Column, Dataset } from '../../shared/domain/datasets/dataset.ts'
import { type ReadHeader, readHeader } from '../../shared/domain/columns/header.ts'
import type { HeaderMap } from '../../shared/domain/columns/headerMap.ts'
import type { Preview } from '../../shared/domain/files/preview.ts'
import type { SentUnder } from '../../shared/domain/columns/sentColumns.ts'
import type { Choices } from './chosenFiles.ts'
import { changedSteps } from './recipes.ts'

const knownPrints = new WeakMap<Preview, ColumnPrint[]>()

/** Which column of a file is which of its dataset, with what of it nobody has decided. */
export function headerOf(
  preview: Preview,
  dataset: Dataset | null,
  choices: Pick<Choices, 'header'>,
): ReadHeader {
  const settled = settle(preview.columns, dataset, choices)
  if (settled.open === null) return settled
  const labels = preview.columns.map(({ label }) => label)
  return readHeader(dataset, labels, choices.header ?? undefined, printsIn(preview))
}

/** What is in the columns of a file, as little of it as tells them from others. */
export function printsIn(preview: Preview): ColumnPrint[] {
  const prints = knownPrints.get(preview) ?? printsOfPreview(preview)
  knownPrints.set(preview, prints)
  return prints
}

/** Whether a person has to say first which column is which. */
export function isHeaderOpen(
  preview: Preview | undefined,
  dataset: Dataset | null,
  choices: Pick<Choices, 'header'>,
): boolean {
  return preview !== undefined && !isHeaderSettled(preview.columns, dataset, choices)
}

/** What is decided of the columns that were seen in a file. */
export function headerMapOf(
  seen: readonly Column[],
  dataset: Dataset | null,
  choices: Pick<Choices, 'header'>,
): HeaderMap {
  return settle(seen, dataset, choices).map
}

/** What decides beside the person with which columns a file is sent. */
export function sentUnder(
  seen: readonly Column[],
  dataset: Dataset | null,
  choices: Pick<Choices, 'header' | 'recipe'>,
): SentUnder {
  return {
    dataset,
    map: headerMapOf(seen, dataset, choices),
    steps: changedSteps(choices, dataset),
  }
}

export function isHeaderSettled(
  seen: readonly Column[],
  dataset: Dataset | null,
  choices: Pick<Choices, 'header'>,
): boolean {
  return settle(seen, dataset, choices).open === null
}

function settle(
  seen: readonly Column[],
  dataset: Dataset | null,
  { header }: Pick<Choices, 'header'>,
): ReadHeader {
  const labels = seen.map(({ label }) => label)
  return readHeader(dataset, labels, header ?? undefined, [])
}
