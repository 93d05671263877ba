/** The statement by which rows are chosen: cells as the file has them, as the recipe leaves them, or their values. */
import { durationSeconds } from '../../../shared/domain/cells/clocks.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { type LookFilter, type LookOrder, isOfRows } from '../../../shared/domain/files/look.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import type { LookFiles } from '../../runs/ports/looking.ts'
import { regexOfPattern } from '../patterns.ts'
import type { PlannedRecipe } from '../plan.ts'
import { placeOf } from './profile.ts'
import { type Pivoted, sourceOf } from './pivot.ts'
import { emitSteps } from './recipe.ts'
import { cellName, readRecords } from './records.ts'
import { containsText, isText } from './shownText.ts'
import { emitValue } from './values.ts'

/** A held-back row as JSON: its raw text, its reasons with their cells. */
const maxHeldBytes = 16 * 1024 * 1024

export interface Selection {
  files: LookFiles
  /** Of the file. */
  labels: readonly string[]
  /** What the recipe has left to do, and of which records: those of the file where nothing was done before. */
  plan: PlannedRecipe
  shapedFile: string
  pivot: Pick<Pivoted, 'parts' | 'joined'> | null
  /** By label: the column, and its cell in the record from 0. Of every label that a filter or the order names. */
  columns: ReadonlyMap<string, { column: Column; cell: number }>
  filters: readonly LookFilter[]
  /** Selects the records that have the texts of the filters as they are shown; null: as they stand in the file. */
  shownText: string | null
  order: LookOrder | null
}

/** Answers the ordinals of the chosen records, in their order. */
export function emitSelected(selection: Selection): string {
  const { files, labels, plan, shapedFile, pivot, columns, filters, shownText, order } = selection
  const part = { nth: 1, file: shapedFile, from: 0, width: plan.labels.length }
  const named = [...columns.values()]
  const needed = new Set(named.map(({ cell }) => cell))
  const few = {
    ...plan,
    cells: plan.cells.map((steps, cell) => (needed.has(cell) ? steps : [])),
  }
  const values = named.map(({ column, cell }) => ({
    cell,
    sql: emitValue(withScale(column), cellName(cell)),
  }))
  const before = shownText === null ? filters.flatMap((one) => asItStands(one, labels)) : []
  const after = [
    ...filters.flatMap((filter) => asItIsLeft(filter, files, columns)),
    ...(shownText === null ? [] : [`rec IN (${shownText})`]),
  ]
  const shown = { nth: 1, file: files.records, from: 0, width: labels.length }
  const read = pivot === null ? readRecords(part) : `(${ofFile(pivot, readRecords(part))})`
  const records =
    shapedFile === files.records || before.length === 0
      ? `(SELECT * FROM ${read}${where(before)})`
      : `(SELECT * FROM ${read} SEMI JOIN (SELECT rec FROM ${readRecords(shown)}${where(before)}) USING (rec))`
  const withParts = ['*', ...values.flatMap(({ sql }) => sql.parts)]
  const withValues = ['*', ...values.map(({ cell, sql }) => `${sql.value} AS ${valueName(cell)}`)]
  const steps = emitSteps(part, few, plan.recipe.length, records)
  const from = `SELECT ${withValues.join(', ')} FROM (SELECT ${withParts.join(', ')} FROM (${steps}))`
  const ordered = order === null ? null : columns.get(order.column)
  const key = ordered == null ? 'NULL' : keyOf(ordered)
  const standing = `SELECT rec, ${key} AS key FROM (${from})${where(after)}`
  const broken = emitBroken(files, filters)
  const made =
    pivot === null
      ? standing
      : `SELECT rec, ${order?.descending === true ? 'max' : 'min'}(key) AS key FROM (${standing}) GROUP BY rec`
  // Rows that a step has dropped have no value to be ordered by, and are shown all the same.
  const gone =
    shapedFile === files.records || !isOfRows(filters)
      ? null
      : `SELECT rec, NULL AS key FROM (SELECT rec FROM ${readRecords(shown)}${where(before)}) ANTI JOIN (SELECT rec FROM ${read}) USING (rec)${where(after)}`
  const all = [made, gone, broken].filter((one) => one !== null).join(' UNION ALL ')
  const by =
    ordered == null ? '' : `key ${order?.descending === true ? 'DESC' : 'ASC'} NULLS LAST, `
  return `SELECT rec FROM (${all}) ORDER BY ${by}rec`
}

/** Records under those of the file that they were made of, once for each that became part of one. */
function ofFile({ parts, joined }: Pick<Pivoted, 'parts' | 'joined'>, records: string): string {
  const made = `SELECT * REPLACE (${sourceOf({ parts })} AS rec) FROM ${records}`
  if (joined === null) return made
  const file = `read_parquet(${quoteLiteral(joined.file)})`
  return `${made} UNION ALL SELECT r.* REPLACE (j.rec AS rec) FROM ${records} AS r JOIN ${file} AS j ON j.lead = r.rec`
}

/** What is broken has no cells; its text is looked through where the whole row is. */
function emitBroken(files: LookFiles, filters: readonly LookFilter[]): string | null {
  const conditions: string[] = []
  for (const filter of filters) {
    if (filter.kind === 'contains' && filter.column === null)
      conditions.push(containsText('raw', filter.text))
    else if (filter.kind !== 'held') return null
  }
  return `SELECT record AS rec, NULL AS key FROM ${readHeld(files.broken)}${where(conditions)}`
}

function readHeld(file: string): string {
  return `read_json(${quoteLiteral(file)}, format = 'newline_delimited', columns = {record: 'BIGINT', raw: 'VARCHAR', reasons: 'STRUCT("column" VARCHAR)[]'}, maximum_object_size = ${maxHeldBytes})`
}

/** `record,word` a line. */
const among = (file: string): string =>
  `rec IN (SELECT rec FROM read_csv(${quoteLiteral(file)}, auto_detect = false, header = false, delim = ',', columns = {rec: 'BIGINT', word: 'VARCHAR'}))`

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`

/** Conditions on cells as the file has them. */
function asItStands(filter: LookFilter, labels: readonly string[]): string[] {
  if (filter.kind !== 'contains') return []
  const { column } = filter
  const cells = [...labels.keys()].filter((cell) => column === null || labels[cell] === column)
  if (cells.length === 0) return ['false']
  return [`(${cells.map((cell) => isText(cellName(cell), filter)).join(' OR ')})`]
}

/** Conditions on cells as the recipe leaves them, on their values, and on what becomes of the row. */
function asItIsLeft(filter: LookFilter, files: LookFiles, columns: Selection['columns']): string[] {
  switch (filter.kind) {
    case 'contains':
      return []
    case 'held':
      return [`rec IN (SELECT record FROM ${readHeld(files.held ?? files.broken)})`]
    case 'dropped':
      return [files.dropped === null ? 'false' : among(files.dropped)]
    case 'changed': {
      if (files.changed === null) return ['false']
      const { file, since, upTo } = files.changed
      return [
        `rec IN (SELECT rec FROM read_parquet(${quoteLiteral(file)}) WHERE step >= ${since} AND step < ${upTo})`,
      ]
    }
    case 'repaired':
      return [among(files.repaired)]
    case 'breaks':
    case 'value':
    case 'shape':
    case 'misfit':
    case 'range':
      break
  }
  const named = columns.get(filter.column)
  if (named === undefined) return ['false']
  const cell = cellName(named.cell)
  switch (filter.kind) {
    case 'breaks': {
      const name = quoteLiteral(named.column.name)
      const reasons = `list_transform(reasons, reason -> reason."column")`
      return [
        `rec IN (SELECT record FROM ${readHeld(files.held ?? files.broken)} WHERE list_contains(${reasons}, ${name}))`,
      ]
    }
    case 'value':
      return [`coalesce(${cell}, '') = ${quoteLiteral(filter.value)}`]
    case 'shape': {
      const { regex, isWhole } = regexOfPattern(filter.shape)
      const match = isWhole ? 'regexp_full_match' : 'regexp_matches'
      return [`${match}(${cell}, ${quoteLiteral(isWhole ? regex : `^${regex}`)}, 's')`]
    }
    case 'misfit':
      return [`coalesce(${cell}, '') <> '' AND ${valueName(named.cell)} IS NULL`]
    case 'range': {
      const place = placeOf(named.column)?.replace('value', valueName(named.cell))
      if (place === undefined) return ['false']
      const { type } = named.column
      const bound = (text: string): string => {
        if (type === 'date' || type === 'timestamp')
          return `epoch(CAST(${quoteLiteral(text)} AS TIMESTAMP))`
        const isClock = type === 'time' || type === 'duration'
        const number = isClock ? String(durationSeconds(text) ?? 0) : text
        return `CAST(${quoteLiteral(number)} AS DOUBLE)`
      }
      return [
        `${place} >= ${bound(filter.from)}`,
        `${place} ${filter.withLast ? '<=' : '<'} ${bound(filter.to)}`,
      ]
    }
  }
}

function keyOf({ column, cell }: { column: Column; cell: number }): string {
  return column.type === 'text' ? `nullif(${cellName(cell)}, '')` : valueName(cell)
}

/** Nobody has counted the digits yet: a value with many is a value all the same. */
const manyDigits = 12

function withScale(column: Column): Column {
  return column.type === 'decimal' && column.scale === undefined
    ? { ...column, scale: manyDigits }
    : column
}

const valueName = (cell: number): string => `v${cell + 1}`
