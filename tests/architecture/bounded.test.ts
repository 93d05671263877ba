/** A call is answered on the main thread, which everybody waits for: it can be asked for a part only. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { contract } from '../../shared/contract/contract.ts'

const mostRows = 10_000

test('how many rows a call answers with has a limit', () => {
  const limits = callsOf(contract).flatMap(([name, input]) =>
    numbersOf(input)
      .filter(([field]) => field === 'limit' || field === 'rows')
      .map(([field, most]) => [`${name}: ${field}`, most] as const),
  )
  expect(limits.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'sources.preview: rows',
      'looks.rows: limit',
      'runs.list: limit',
      'runs.rejects: limit',
      'warehouse.query: limit',
      'warehouse.contents: limit',
    ]),
  )
  expect(limits.filter(([, most]) => most > mostRows)).toEqual([])
})

type Json = z.core.JSONSchema.JSONSchema

/** Every call by its name, with what it takes. */
function callsOf(part: object, path = ''): [string, Json][] {
  return Object.entries(part).flatMap(([name, one]: [string, object]) => {
    if (!('~orpc' in one)) return callsOf(one, `${path}${name}.`)
    const { inputSchema } = one['~orpc'] as { inputSchema?: z.ZodType }
    if (inputSchema === undefined) return []
    return [[path + name, z.toJSONSchema(inputSchema, { io: 'input', unrepresentable: 'any' })]]
  })
}

/** Its own numbers, each with the largest that is taken. */
function numbersOf({ properties = {}, allOf = [], anyOf = [] }: Json): [string, number][] {
  return [
    ...Object.entries(properties).flatMap(([name, of]): [string, number][] =>
      typeof of === 'object' && (of.type === 'integer' || of.type === 'number')
        ? [[name, of.maximum ?? Infinity]]
        : [],
    ),
    ...[...allOf, ...anyOf].flatMap((one) => (typeof one === 'object' ? numbersOf(one) : [])),
  ]
}
