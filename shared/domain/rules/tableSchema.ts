/**
 * A contract as a Table Schema of Frictionless Data (specs.frictionlessdata.io/table-schema, datapackage.org/standard/table-schema).
 * The fields are those of the file, by their labels. What it has no words for stands in keys that begin with `pallet:`.
 */
import { z } from 'zod'
import { isoDurationText } from '../cells/clocks.ts'
import type { Column, Contract } from '../datasets/dataset.ts'
import type { Recipe } from '../recipe/recipe.ts'
import type { RowRule } from './rules.ts'
import { keysOf, parseKey, parsingOf, ruleOf, usualBooleans } from './tableSchemaParsing.ts'

/** The profile that the files keep to. */
export const tableSchemaProfile = 'https://datapackage.org/profiles/2.0/tableschema.json'

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }
export type TableSchema = { readonly fields: readonly { readonly [key: string]: Json }[] } & {
  readonly [key: string]: Json
}

/** What a file of before or of another program looks like, as far as it can be known by it. */
export const LooksLikeSchema = z.looseObject({
  fields: z.array(z.looseObject({ name: z.string() })).min(1),
})

export const schemaTypes: Record<Column['type'], string> = {
  text: 'string',
  integer: 'integer',
  decimal: 'number',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'datetime',
  time: 'time',
  duration: 'duration',
}

/** The end of a day that is a bound of an instant. */
export const dayEnds = { min: 'T00:00:00', max: 'T23:59:59' } as const

/** `recipe`: its steps that parse say how the cells stand in the file; without it, as the types read them. */
export function tableSchemaOf(contract: Contract, recipe: Recipe = []): TableSchema {
  const { columns, rules = [], rows, whole = [], maxQuarantinedShare } = contract
  const labelOf = (name: string): string =>
    columns.find((column) => column.name === name)?.label ?? name
  const keys = rules.filter((rule) => rule.kind === 'key' && isPlain(rule))
  const [first, ...more] = keys.flatMap((rule) =>
    rule.kind === 'key' ? [rule.columns.map(labelOf)] : [],
  )
  const foreign = rules.flatMap((rule) =>
    rule.kind === 'foreign' && isPlain(rule)
      ? [
          {
            fields: [labelOf(rule.column)],
            reference: { resource: rule.dataset, fields: [rule.to] },
          },
        ]
      : [],
  )
  const others = rules.filter((rule) => rule.kind === 'formula' || !isPlain(rule))
  return {
    $schema: tableSchemaProfile,
    fields: columns.map((column) => fieldOf(column, recipe)),
    ...(first === undefined ? {} : { primaryKey: first }),
    ...(more.length === 0 ? {} : { uniqueKeys: more }),
    ...(foreign.length === 0 ? {} : { foreignKeys: foreign }),
    ...(others.length === 0 ? {} : { 'pallet:rules': json(others) }),
    ...(whole.length === 0 ? {} : { 'pallet:whole': json(whole) }),
    ...(rows === undefined ? {} : { 'pallet:rows': json(rows) }),
    'pallet:maxQuarantinedShare': maxQuarantinedShare,
  }
}

/** It holds rows back, as every rule of a Table Schema does. */
function isPlain(rule: RowRule): boolean {
  return rule.severity === undefined
}

function json(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}

function fieldOf(column: Column, recipe: Recipe): TableSchema['fields'][number] {
  const { name, label, type, order, decimalMark, unit, scale, severity, personal } = column
  const isDay = type === 'date' || type === 'timestamp'
  const constraints = constraintsOf(column)
  const step = parsingOf(recipe, column)
  const written =
    step === null ? writtenOf(column) : { ...keysOf(step, type), [parseKey]: json(ruleOf(step)) }
  return {
    name: label,
    type: schemaTypes[type],
    ...written,
    ...(Object.keys(constraints).length === 0 ? {} : { constraints }),
    'pallet:column': name,
    ...(isDay && order !== undefined ? { 'pallet:order': order } : {}),
    ...(step === null || decimalMark === undefined ? {} : { 'pallet:decimalMark': decimalMark }),
    ...(unit === undefined ? {} : { 'pallet:unit': unit }),
    ...(scale === undefined ? {} : { 'pallet:scale': scale }),
    ...(severity === undefined ? {} : { 'pallet:severity': { ...severity } }),
    ...(personal === undefined ? {} : { 'pallet:personal': { ...personal } }),
  }
}

/** How its type reads the cells. */
function writtenOf({ type, order, decimalMark, unit }: Column): { [key: string]: Json } {
  const isNumber = type === 'integer' || type === 'decimal'
  const isDay = type === 'date' || type === 'timestamp'
  return {
    ...((isDay && (order ?? 'ymd') !== 'ymd') || type === 'time' ? { format: 'any' } : {}),
    ...(isNumber && decimalMark !== undefined
      ? { groupChar: decimalMark === '.' ? ',' : '.' }
      : {}),
    ...(type === 'decimal' && decimalMark !== undefined ? { decimalChar: decimalMark } : {}),
    ...(isNumber && unit !== undefined ? { bareNumber: false } : {}),
    ...(type === 'boolean' ? usualBooleans : {}),
  }
}

function constraintsOf(column: Column): { [key: string]: Json } {
  const { type, required, unique, min, max, minLength, maxLength, pattern, oneOf } = column
  const bound = (value: NonNullable<Column['min']>, end: keyof typeof dayEnds): Json => {
    if (typeof value === 'number') return type === 'duration' ? isoDurationText(value) : value
    if (type === 'time') return value.length === 5 ? `${value}:00` : value
    if (type !== 'timestamp') return value
    return value.includes(' ') ? value.replace(' ', 'T') : value + dayEnds[end]
  }
  return {
    ...(required === true ? { required } : {}),
    ...(unique === true ? { unique } : {}),
    ...(min === undefined ? {} : { minimum: bound(min, 'min') }),
    ...(max === undefined ? {} : { maximum: bound(max, 'max') }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(oneOf === undefined || oneOf.length === 0 ? {} : { enum: [...new Set(oneOf)] }),
  }
}
