import { describe, expect, it } from 'vitest'
import type { Contract } from '../../../shared/domain/datasets/dataset.ts'
import { readTableSchema } from '../../../shared/domain/rules/readTableSchema.ts'
import { tableSchemaOf } from '../../../shared/domain/rules/tableSchema.ts'

/** Of every type, rule and severity one at least. */
const contract: Contract = {
  columns: [
    {
      name: 'sku',
      label: 'SKU',
      type: 'text',
      required: true,
      unique: true,
      minLength: 2,
      maxLength: 9,
      pattern: '[A-Z]{2}-[0-9]+',
      oneOf: ['AB-1', 'AB-2'],
      severity: { pattern: 'warn', unique: 'stop' },
      personal: { blob: 'hash', topic: 'drop' },
    },
    { name: 'menge', label: 'Menge (Stück)', type: 'integer', decimalMark: ',', min: 0, max: 500 },
    { name: 'preis', label: 'Preis', type: 'decimal', decimalMark: ',', scale: 2, unit: '€' },
    { name: 'bar', label: 'Bar', type: 'boolean' },
    { name: 'tag', label: 'Tag', type: 'date', order: 'dmy', min: '2026-01-01' },
    {
      name: 'zeit',
      label: 'Zeit',
      type: 'timestamp',
      order: 'ymd',
      min: '2026-01-01',
      max: '2026-12-31',
    },
    { name: 'auf', label: 'Auf', type: 'time', min: '08:00:00', max: '20:00:30' },
    { name: 'dauer', label: 'Dauer', type: 'duration', min: 0, max: 5400.5 },
    { name: 'um', label: 'Um', type: 'timestamp', order: 'ymd', min: '2026-01-01 08:00:00' },
  ],
  maxQuarantinedShare: 0.1,
  rows: { atLeast: 5 },
  rules: [
    { kind: 'key', columns: ['tag', 'sku'] },
    { kind: 'key', columns: ['zeit', 'sku'] },
    { kind: 'foreign', column: 'sku', dataset: 'articles', to: 'sku' },
    { kind: 'foreign', column: 'menge', dataset: 'sizes', to: 'id', severity: 'warn' },
    { kind: 'key', columns: ['um'], severity: 'stop' },
    { kind: 'formula', formula: 'number([Preis], ",") > 0', sentence: 'Prices are above nothing.' },
  ],
  whole: [
    { kind: 'rows-change', by: 0.5, severity: 'warn' },
    { kind: 'column-change', column: 'preis', of: 'mean', by: 0.2, severity: 'stop' },
    { kind: 'fresh', column: 'tag', days: 3, severity: 'warn' },
  ],
}

describe('a contract as a Table Schema', () => {
  it('says in its own words what it has words for, and the rest in keys of Pallet', () => {
    const schema = tableSchemaOf(contract)
    expect(schema.fields[0]).toEqual({
      name: 'SKU',
      type: 'string',
      constraints: {
        required: true,
        unique: true,
        minLength: 2,
        maxLength: 9,
        pattern: '[A-Z]{2}-[0-9]+',
        enum: ['AB-1', 'AB-2'],
      },
      'pallet:column': 'sku',
      'pallet:severity': { pattern: 'warn', unique: 'stop' },
      'pallet:personal': { blob: 'hash', topic: 'drop' },
    })
    expect(schema.fields[2]).toEqual({
      name: 'Preis',
      type: 'number',
      groupChar: '.',
      decimalChar: ',',
      bareNumber: false,
      'pallet:column': 'preis',
      'pallet:unit': '€',
      'pallet:scale': 2,
    })
    expect(schema.fields[5]?.['constraints']).toEqual({
      minimum: '2026-01-01T00:00:00',
      maximum: '2026-12-31T23:59:59',
    })
    expect(schema).toMatchObject({
      primaryKey: ['Tag', 'SKU'],
      uniqueKeys: [['Zeit', 'SKU']],
      foreignKeys: [{ fields: ['SKU'], reference: { resource: 'articles', fields: ['sku'] } }],
    })
  })

  it('comes back as it was, with nothing to say', () => {
    const { read } = readTableSchema(JSON.parse(JSON.stringify(tableSchemaOf(contract))))
    expect(read?.notes).toEqual([])
    const { rules, ...rest } = read?.contract ?? {}
    const { rules: given, ...others } = contract
    expect(rest).toEqual(others)
    // Rules of its own come before those of Pallet.
    expect(rules).toHaveLength(6)
    expect(rules).toEqual(expect.arrayContaining(given ?? []))
  })
})

describe('a Table Schema of another program', () => {
  const fields = [
    { name: 'Id', type: 'integer', title: 'Number', constraints: { minimum: '1' } },
    { name: 'When', type: 'date', format: '%m/%d/%Y' },
    { name: 'Colour', constraints: { enum: ['red', 'blue'] } },
  ]

  it('becomes a contract; the names that the dataset has in its table stay', () => {
    const known = [{ name: 'farbe', label: 'Colour', type: 'text' as const }]
    const { read } = readTableSchema({ fields, primaryKey: 'Id' }, known)
    expect(read).toEqual({
      contract: {
        columns: [
          { name: 'id', label: 'Id', type: 'integer', min: 1 },
          { name: 'when', label: 'When', type: 'date', order: 'mdy' },
          { name: 'farbe', label: 'Colour', type: 'text', oneOf: ['red', 'blue'] },
        ],
        maxQuarantinedShare: 0.05,
        rules: [{ kind: 'key', columns: ['id'] }],
      },
      steps: [],
      notes: [],
    })
  })

  it('says of everything that it does not keep that it does not', () => {
    const notesOf = (field: object, rest: object = {}): string[] =>
      readTableSchema({ fields: [{ name: 'X', ...field }], ...rest }).read?.notes ?? [
        'none was read',
      ]
    expect(notesOf({ type: 'geopoint' })).toEqual(['“X”: its type, “geopoint”, is read as text.'])
    expect(notesOf({ format: 'email', rdfType: 'x', description: 'y' })).toEqual([
      '“X”: its format, “email”, is not checked.',
      '“X”: “rdfType” is not kept.',
      '“X”: “description” is not kept.',
    ])
    expect(notesOf({ constraints: { pattern: '(?=x)', jsonSchema: {}, minimum: 3 } })).toEqual([
      '“X”: the pattern “(?=x)” is left out: A group cannot begin with “(?”, other than “(?:”.',
      '“X”: the constraint “jsonSchema” is not known here, and is left out.',
      '“X”: the constraint “minimum”, 3, cannot be used for its type, and is left out.',
    ])
    expect(notesOf({ type: 'number', bareNumber: false })).toEqual([
      '“X”: which unit stands beside its numbers is not said; they are read as plain numbers.',
    ])
    expect(notesOf({ type: 'date', format: '%j' })).toEqual([
      '“X”: its format, “%j”, does not say the order of day, month and year; year first is taken.',
    ])
    expect(
      notesOf({}, { missingValues: ['-'], fieldsMatch: 'subset', foreignKeys: 3, title: 'T' }),
    ).toEqual([
      '“missingValues” is left out: what stands for nothing is a step of the recipe.',
      '“fieldsMatch” is left out: a file must have exactly these columns, in any order.',
      '“foreignKeys” is not as it can be used, and is left out.',
      '“title” is not kept.',
    ])
    const two = { fields: ['X', 'Y'], reference: { resource: 'r', fields: ['a', 'b'] } }
    expect(notesOf({}, { foreignKeys: [two] })).toEqual([
      'The foreign key of “X” and “Y” is left out: Pallet knows those of one field, into another dataset.',
    ])
  })

  it('is refused with what is wrong with it', () => {
    expect(readTableSchema({ fields: [] }).faults).toEqual([
      'It is no Table Schema: it has no “fields”, each with a “name”.',
    ])
    expect(readTableSchema({ fields, primaryKey: ['Nr'] }).faults).toEqual([
      'The rule ““Nr” never repeats and is never empty” cannot be: there is no column “Nr”.',
    ])
  })
})
