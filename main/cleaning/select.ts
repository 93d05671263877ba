/** Which rows of a file that has been read a filter lets through, and in which order. */
import { mkdir, open, rm } from 'node:fs/promises'
import type { Column } from '../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { inTurn } from '../duckdb/turns.ts'
import type { Control } from '../runs/ports/control.ts'
import type { SelectInput } from '../runs/ports/looking.ts'
import { planRecipe } from './plan.ts'
import { shapeRecords } from './shape.ts'
import { emitSelected } from './duckdb/select.ts'
import { emitShownText } from './duckdb/shownText.ts'
import { useTokenKey } from '../duckdb/tokens.ts'

/** What does not fit goes to the work folder. */
const memoryBytes = 256 * 1024 * 1024

/**
 * Writes the ordinals of the chosen records; answers how many they are. Memory depends neither on the file nor on how many are
 * chosen. Throws `not-found` for a column the file does not have, `disk-full`, or the signal's reason.
 */
export async function select(input: SelectInput, control: Control<never>): Promise<number> {
  const { workFolder, files } = input
  return inTurn('select', control.signal, async () => {
    try {
      await mkdir(workFolder, { recursive: true })
      return await selectIn(input, control.signal)
    } catch (error) {
      await rm(input.chosenFile, { force: true })
      control.signal.throwIfAborted()
      throw engineProblem(error, 'looking through the rows', files.records)
    } finally {
      await rm(workFolder, { recursive: true, force: true })
    }
  })
}

async function selectIn(input: SelectInput, signal: AbortSignal): Promise<number> {
  const {
    labels,
    labelsInFile,
    writtenAs,
    recipe,
    outside,
    files,
    filters,
    order,
    workFolder,
    chosenFile,
  } = input
  const source = {
    recordsFile: files.records,
    labels,
    labelsInFile,
    ...(writtenAs === undefined ? {} : { writtenAs }),
    recipe,
    ...(outside === undefined ? {} : { outside }),
    contract: null,
  }
  const shaped = await shapeRecords(source, workFolder, { signal, report: () => {} })
  const plan = planRecipe(
    { recipe: shaped.recipe, labels: shaped.labels, labelsInFile, writtenAs },
    [],
  )
  const engine = await openEngine(
    {
      file: ':memory:',
      tempFolder: workFolder,
      access: 'read-write',
      otherFiles: 'allowed',
      memoryBytes,
    },
    signal,
  )
  try {
    await useTokenKey(engine, outside?.tokenKey)
    const columns = namedColumns(input, shaped.labels)
    const texts = filters.filter((filter) => filter.kind === 'contains')
    const shownText =
      input.shown === null || texts.length === 0 ? null : emitShownText(input.shown, input, texts)
    const selection = {
      files,
      labels,
      shapedFile: shaped.recordsFile,
      pivot: shaped.pivoted,
      plan,
      columns,
      filters,
      shownText,
      order,
    }
    const result = await engine.stream(emitSelected(selection))
    const target = await open(chosenFile, 'w')
    try {
      let rows = 0
      for (;;) {
        signal.throwIfAborted()
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) return rows
        const records = chunk.getColumnValues(0)
        const bytes = Buffer.alloc(8 * records.length)
        for (const [nth, record] of records.entries()) bytes.writeDoubleLE(Number(record), 8 * nth)
        await target.writeFile(bytes)
        rows += records.length
      }
    } finally {
      await target.close()
    }
  } finally {
    engine.close()
  }
}

/** The columns, as the recipe leaves them, that the filters and the order name. */
function namedColumns({ columns, filters, order }: SelectInput, labels: readonly string[]) {
  const wanted = [
    ...filters.map((filter) =>
      'column' in filter && filter.kind !== 'contains' ? filter.column : null,
    ),
    order?.column ?? null,
  ]
  const named = new Map<string, { column: Column; cell: number }>()
  for (const label of wanted) {
    if (label === null) continue
    const cell = labels.indexOf(label)
    if (cell < 0)
      throw new Problem({
        code: 'not-found',
        what: `The file has no column “${label}”.`,
        did: 'No row was looked for.',
        advice: 'Remove this filter.',
      })
    const known = columns.find((column) => column.label === label)
    named.set(label, { column: known ?? { name: label, label, type: 'text' }, cell })
  }
  return named
}
