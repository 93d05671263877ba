import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  filled,
  placeholderNames,
  placeholders,
  wrongTemplate,
} from '../../../shared/domain/runs/template.ts'

const values = { run_id: 'r1', dataset: 'sales', rows: 7, date: '2026-11-22' }

test('places are filled; nothing but a number stays one', () => {
  expect(filled('{dataset} of {date}: {rows} rows', values)).toBe('sales of 2026-11-22: 7 rows')
  expect(filled('{rows}', values)).toBe(7)
  expect(filled(' {rows}', values)).toBe(' 7')
  expect(filled('plain', values)).toBe('plain')
  // What a value holds is no template.
  expect(filled('{dataset}/{rows}', { dataset: '{rows}$&', rows: 1 })).toBe('{rows}$&/1')
})

test('what means nothing is said before it is kept', () => {
  for (const name of placeholderNames) expect(wrongTemplate(`a {${name}} b`)).toBeNull()
  expect(wrongTemplate('{day}')).toContain('“{day}” in “{day}” means nothing')
  expect(wrongTemplate('{constructor}')).toContain('means nothing')
  for (const odd of ['{date', 'date}', '{{date}}', '{"rows": {rows}}'])
    expect(wrongTemplate(odd), odd).toMatch(/a brace too many|means nothing/)
  expect(wrongTemplate('{table}', ['table'])).toBe(
    'This run has nothing for “{table}” in “{table}”.',
  )
})

test('all of them are explained where it is read', () => {
  const page = readFileSync('docs/telling.md', 'utf8').replace(/ +/g, ' ')
  for (const name of placeholderNames)
    expect(page).toContain(`| \`{${name}}\` | ${placeholders[name]} |`)
})
