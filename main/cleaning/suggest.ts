/** What steps a file asks for, behind those that its recipe has. */
import { suggestSteps } from '../../shared/domain/recipe/suggest.ts'
import type { ColumnFindings } from '../../shared/domain/recipe/findings.ts'
import type { ColumnProfile, ValueCount } from '../../shared/domain/files/profile.ts'
import type { Engine } from '../duckdb/engine.ts'
import type { SuggestInput, SuggestOutput } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import {
  equalInParts,
  equalRecords,
  gapsOf,
  keepPart,
  totalRecords,
  totalsInParts,
} from './duckdb/suggest.ts'
import { FoundInCells } from './findings.ts'
import { countedCells, eachCell, profile } from './profile.ts'

/** Of more different totals, the first are shown and dropped. */
const mostTotals = 100
/** Gaps are looked for in columns of which this share of the cells is empty: fewer are single cells, more a column that is hardly used. */
const gappy = { from: 0.2, to: 0.98 }

/** As `profile`, with what it asks for. */
export async function suggest(
  input: SuggestInput,
  control: Control<never>,
): Promise<SuggestOutput> {
  const columns: ColumnFindings[] = []
  let equal = 0
  let width = 0
  let totals: ValueCount[] = []
  const profiled = await profile(input, control, {
    atColumn: async (engine, column, cell) => {
      const found = new FoundInCells(column)
      await eachCell(engine, control.signal, (value) => found.add(value))
      columns.push(found.found(await gapsIn(engine, column, cell)))
    },
    atRecords: async (engine, cells, part, parts) => {
      width += cells.length
      const isWhole = parts === 1
      if (!isWhole) await engine.run(keepPart(part, cells))
      if (part < parts) return
      const [[count] = []] = await engine.rows(isWhole ? equalRecords(cells) : equalInParts(parts))
      equal = Number(count)
      totals = await countedCells(
        engine,
        isWhole ? totalRecords(cells, mostTotals) : totalsInParts(parts, width, mostTotals),
      )
    },
  })
  const records = profiled.records - profiled.dropped
  return {
    suggestions: suggestSteps({ records, columns, equal, totals, kept: input.kept }),
    hints: profiled.hints,
  }
}

async function gapsIn(
  engine: Engine,
  { filled, empty }: ColumnProfile,
  cell: string,
): Promise<ColumnFindings['gaps']> {
  const share = empty / (filled + empty)
  if (!(share >= gappy.from && share <= gappy.to)) return null
  const [[firstFilled, repeats] = []] = await engine.rows(gapsOf(cell))
  return { firstFilled: firstFilled === true, repeats: Number(repeats) }
}
