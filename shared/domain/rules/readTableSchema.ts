/** A Table Schema as a contract; what is in it and cannot be kept is said, a sentence for each. */
import { z } from 'zod'
import { durationSeconds } from '../cells/clocks.ts'
import { nameColumns, plainName } from '../columns/columnNames.ts'
import { contractFaults } from './contractFaults.ts'
import { Column, Contract, defaultMaxQuarantinedShare } from '../datasets/dataset.ts'
import { patternFault } from '../cells/pattern.ts'
import { PersonalRules } from '../privacy/personal.ts'
import { RowRule, ruleFields } from './rules.ts'
import type { ParseStep } from '../cells/parsedCells.ts'
import { LooksLikeSchema, dayEnds } from './tableSchema.ts'
import { isPlainFormat, parseKey, stepIn } from './tableSchemaParsing.ts'
import { WholeRule } from './wholeRules.ts'

export interface ReadSchema {
  contract: Contract
  /** Steps that read its cells where its types do not, each of one column. */
  steps: ParseStep[]
  /** What it says and Pallet does not keep or check. */
  notes: string[]
}

const types: Partial<Record<string, Column['type']>> = {
  string: 'text',
  integer: 'integer',
  number: 'decimal',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamp',
  time: 'time',
  duration: 'duration',
}

/** `known`: the columns as the dataset has them; their names in the table stay. Throws nothing; null with the faults: it is none. */
export function readTableSchema(
  written: unknown,
  known: readonly Column[] = [],
): { read: ReadSchema; faults: null } | { read: null; faults: string[] } {
  const wrong = (...faults: string[]) => ({ read: null, faults })
  const schema = LooksLikeSchema.safeParse(written)
  if (!schema.success)
    return wrong('It is no Table Schema: it has no “fields”, each with a “name”.')
  const { fields, ...rest } = schema.data
  const notes: string[] = []
  const read = new FieldReader(notes)
  const columns = fields.map((field) => read.column(field))
  const fresh = nameColumns(columns.map(({ label }) => label))
  const named = columns.map((column, index): Column => {
    const was = known.find(({ label }) => label === column.label)?.name
    return { ...column, name: was ?? (column.name || (fresh[index] ?? `column${index + 1}`)) }
  })
  const whole = readRest(rest, named, notes)
  const contract = Contract.safeParse({ columns: named, ...whole })
  if (!contract.success)
    return wrong(
      ...contract.error.issues.map(
        ({ path, message }) => `${path.map(String).join('.')}: ${message}.`,
      ),
    )
  const faults = contractFaults(contract.data)
  return faults.length > 0
    ? wrong(...faults)
    : { read: { contract: contract.data, steps: read.steps, notes }, faults: null }
}

/** What `pallet:` keys and constraints hold is checked as any contract is, at the end. */
type Draft = { label: string; name: string; type: Column['type'] } & Omit<
  z.input<typeof Column>,
  'label' | 'name' | 'type'
>

class FieldReader {
  readonly #notes: string[]
  readonly steps: ParseStep[] = []

  constructor(notes: string[]) {
    this.#notes = notes
  }

  column(field: { name: string; [key: string]: unknown }): Draft {
    const { name: label, type = 'string', format = 'default', constraints = {}, ...rest } = field
    const note = (what: string): void => void this.#notes.push(`“${label}”: ${what}`)
    const known = typeof type === 'string' ? types[type] : undefined
    if (known === undefined) note(`its type, ${say(type)}, is read as text.`)
    const column: Draft = { label, name: '', type: known ?? 'text' }
    const isNumber = column.type === 'integer' || column.type === 'decimal'
    const taken = new Set(['title', 'pallet:severity', parseKey])
    const take = <Value>(key: string, shape: z.ZodType<Value>): Value | undefined => {
      taken.add(key)
      if (rest[key] === undefined) return undefined
      const { data } = shape.safeParse(rest[key])
      if (data === undefined) note(`“${key}” is not as it can be used, and is left out.`)
      return data
    }
    const given = take(
      'pallet:column',
      z.string().refine((name) => plainName(name) === name),
    )
    if (given !== undefined) column.name = given
    const step = stepIn(label, column.type, field, note)
    if (step !== null) {
      this.steps.push(step)
      for (const key of ['decimalChar', 'groupChar', 'bareNumber']) if (isNumber) taken.add(key)
      for (const key of ['trueValues', 'falseValues']) if (column.type === 'boolean') taken.add(key)
    }
    if (isNumber && step !== null) {
      const mark = take('pallet:decimalMark', z.enum(['.', ',']))
      if (mark !== undefined) column.decimalMark = mark
      else if (column.type === 'decimal') column.decimalMark = '.'
    } else if (isNumber) {
      const mark = take('decimalChar', z.enum(['.', ',']))
      const group = take('groupChar', z.enum(['.', ',']))
      const found = mark ?? (group === undefined ? undefined : group === ',' ? '.' : ',')
      if (mark !== undefined && mark === group)
        note('the marks before the fraction and between groups are the same; the first is taken.')
      if (found !== undefined) column.decimalMark = found
      else if (column.type === 'decimal') column.decimalMark = '.'
    }
    if (isNumber) {
      const unit = take('pallet:unit', Column.shape.unit)
      if (unit !== undefined) column.unit = unit
      const scale = take('pallet:scale', Column.shape.scale)
      if (scale !== undefined && column.type === 'decimal') column.scale = scale
      const isBare = take('bareNumber', z.boolean()) !== false
      if (!isBare && unit === undefined && step === null)
        note('which unit stands beside its numbers is not said; they are read as plain numbers.')
    }
    if (column.type === 'date' || column.type === 'timestamp')
      column.order =
        take('pallet:order', Column.shape.order) ??
        (step === null ? orderIn(column.type, format, note) : 'ymd')
    else if (
      format !== 'default' &&
      step === null &&
      !(column.type === 'time' && (format === 'any' || isPlainFormat('time', format)))
    )
      note(`its format, ${say(format)}, is not checked.`)
    if (column.type === 'boolean')
      for (const key of ['trueValues', 'falseValues']) take(key, z.array(z.string()))
    const personal = take('pallet:personal', PersonalRules)
    if (personal !== undefined) column.personal = personal
    Object.assign(column, this.#rules(column, constraints, note))
    const severity = ruleFields.severity.safeParse(rest['pallet:severity'])
    if (!severity.success) note('“pallet:severity” is not as it can be used, and is left out.')
    else if (severity.data !== undefined) column.severity = severity.data
    for (const key of Object.keys(rest)) if (!taken.has(key)) note(`“${key}” is not kept.`)
    return column
  }

  #rules(
    { type }: Draft,
    constraints: unknown,
    note: (what: string) => void,
  ): Partial<z.input<typeof Column>> {
    const found: Record<string, unknown> = {}
    const names: Partial<Record<string, string>> = {
      required: 'required',
      unique: 'unique',
      minimum: 'min',
      maximum: 'max',
      minLength: 'minLength',
      maxLength: 'maxLength',
      pattern: 'pattern',
      enum: 'oneOf',
    }
    for (const [key, value] of Object.entries(Object(constraints) as object)) {
      const name = names[key]
      if (name === undefined) {
        note(`the constraint “${key}” is not known here, and is left out.`)
        continue
      }
      const rule = ruleIn(key, value, type)
      const fault = key === 'pattern' && typeof value === 'string' ? patternFault(value) : null
      if (fault !== null) note(`the pattern ${say(value)} is left out: ${fault}`)
      else if (rule === undefined)
        note(
          `the constraint “${key}”, ${say(value)}, cannot be used for its type, and is left out.`,
        )
      else if (rule !== false) found[name] = rule
    }
    return found
  }
}

/** undefined: it cannot be used. */
function ruleIn(key: string, value: unknown, type: Column['type']): unknown {
  const isText = type === 'text'
  const isDay = type === 'date' || type === 'timestamp'
  switch (key) {
    case 'required':
    case 'unique':
      return z.boolean().safeParse(value).data
    case 'minimum':
    case 'maximum': {
      if (isDay) return dayIn(value, key === 'minimum' ? 'min' : 'max', type)
      if (type === 'time') return ruleFields.min.safeParse(value).data
      if (type === 'duration')
        return typeof value === 'string' ? (durationSeconds(value) ?? undefined) : undefined
      const number = typeof value === 'string' ? Number(value) : value
      return (type === 'integer' || type === 'decimal') && Number.isFinite(number)
        ? number
        : undefined
    }
    case 'minLength':
    case 'maxLength':
      return isText ? ruleFields[key].safeParse(value).data : undefined
    case 'pattern':
      return isText ? ruleFields.pattern.safeParse(value).data : undefined
    case 'enum': {
      const { data } = z.array(z.union([z.string(), z.number(), z.boolean()])).safeParse(value)
      return data?.map(String)
    }
    default:
      return undefined
  }
}

function dayIn(
  value: unknown,
  end: keyof typeof dayEnds,
  type: Column['type'],
): string | undefined {
  if (typeof value !== 'string') return undefined
  const isWholeDay = value.endsWith(dayEnds[end])
  const text = isWholeDay ? value.slice(0, 10) : value.replace('T', ' ').replace(/Z$/, '')
  const { data } = ruleFields.min.safeParse(text)
  return typeof data === 'string' && (type === 'timestamp' || !data.includes(' '))
    ? data
    : undefined
}

/** The order in which day, month and year stand in a format like `%d.%m.%Y`. */
function orderIn(
  type: Column['type'],
  format: unknown,
  note: (what: string) => void,
): NonNullable<Column['order']> {
  if (format === 'default') return 'ymd'
  const letters = typeof format === 'string' ? format.replace(/[^dmyY]/g, '').toLowerCase() : ''
  for (const order of ['dmy', 'mdy', 'ymd'] as const) {
    if (!letters.startsWith(order)) continue
    if (!isPlainFormat(type, format))
      note(
        `its format, ${say(format)}, is none that Pallet has; only the order of its days is kept.`,
      )
    return order
  }
  note(
    `its format, ${say(format)}, does not say the order of day, month and year; year first is taken.`,
  )
  return 'ymd'
}

const ForeignKey = z.object({
  fields: z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]),
  reference: z.object({
    resource: z.string(),
    fields: z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]),
  }),
})
const Names = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)])

/** What a schema says besides its fields. */
function readRest(
  rest: Record<string, unknown>,
  columns: readonly Column[],
  notes: string[],
): Omit<z.input<typeof Contract>, 'columns'> {
  const nameOf = (label: string): string =>
    columns.find((column) => column.label === label)?.name ?? label
  const rules: RowRule[] = []
  const left: Omit<z.input<typeof Contract>, 'columns'> = {
    maxQuarantinedShare: defaultMaxQuarantinedShare,
  }
  const part = <Value>(key: string, value: unknown, shape: z.ZodType<Value>): Value | null => {
    const { data } = shape.safeParse(value)
    if (data !== undefined) return data
    notes.push(`“${key}” is not as it can be used, and is left out.`)
    return null
  }
  for (const [key, value] of Object.entries(rest)) {
    switch (key) {
      case '$schema':
        break
      case 'primaryKey': {
        const names = part(key, value, Names)
        if (names !== null) rules.push({ kind: 'key', columns: names.map(nameOf) })
        break
      }
      case 'uniqueKeys':
        for (const names of part(key, value, z.array(Names)) ?? [])
          rules.push({ kind: 'key', columns: names.map(nameOf) })
        break
      case 'foreignKeys':
        for (const { fields, reference } of part(key, value, z.array(ForeignKey)) ?? []) {
          const [field, ...others] = fields
          const [to] = reference.fields
          if (
            field === undefined ||
            to === undefined ||
            others.length > 0 ||
            reference.resource === ''
          )
            notes.push(
              `The foreign key of ${fields.map((one) => `“${one}”`).join(' and ')} is left out: Pallet knows those of one field, into another dataset.`,
            )
          else
            rules.push({ kind: 'foreign', column: nameOf(field), dataset: reference.resource, to })
        }
        break
      case 'pallet:rules':
        rules.push(...(part(key, value, z.array(RowRule)) ?? []))
        break
      case 'pallet:whole':
        left.whole = part(key, value, z.array(WholeRule)) ?? undefined
        break
      case 'pallet:rows':
        left.rows = part(key, value, Contract.shape.rows) ?? undefined
        break
      case 'pallet:maxQuarantinedShare':
        left.maxQuarantinedShare =
          part(key, value, Contract.shape.maxQuarantinedShare) ?? left.maxQuarantinedShare
        break
      case 'missingValues':
        if (JSON.stringify(value) !== '[""]')
          notes.push(
            '“missingValues” is left out: what stands for nothing is a step of the recipe.',
          )
        break
      case 'fieldsMatch':
        if (value !== 'exact' && String(value) !== 'exact')
          notes.push(
            `“fieldsMatch” is left out: a file must have exactly these columns, in any order.`,
          )
        break
      default:
        notes.push(`“${key}” is not kept.`)
    }
  }
  return { ...left, ...(rules.length === 0 ? {} : { rules }) }
}

function say(value: unknown): string {
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value)
}
