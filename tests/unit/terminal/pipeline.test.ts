/** A generated pipeline holds together (`tests/engines/microsoft` holds it to the published shapes). */
import { expect, test } from 'vitest'
import { type Taker, pipelineFiles, pipelineNameOf } from '../../../main/terminal/pipeline.ts'
import { outputFormats } from '../../../shared/domain/datasets/dataset.ts'
import { retailColumns } from '../../fixtures/powerBiProject.ts'

const columns = retailColumns.customers
const snowflake: Taker = {
  kind: 'snowflake',
  service: 'snow',
  integration: 'SHOP_INT',
  schema: 'raw',
  table: 'customers',
  columns,
}
const databricks: Taker = { kind: 'databricks', service: 'bricks', job: '11' }

interface Activity {
  name: string
  dependsOn: { activity: string }[]
}
interface Pipeline {
  properties: { activities: Activity[]; parameters: object; concurrency: number }
}

test.each(outputFormats)('what is named is there, of %s', (format) => {
  for (const taker of [snowflake, databricks]) {
    const files = pipelineFiles('crm', { storage: 'shop', format, taker })
    const text = files.get('pipeline/pallet_crm.json') ?? expect.fail('There is no pipeline.')
    const { activities, parameters, concurrency } = (JSON.parse(text) as Pipeline).properties
    expect(concurrency).toBe(1)
    // Each comes behind those that it waits for.
    for (const [nth, { dependsOn }] of activities.entries())
      for (const { activity } of dependsOn)
        expect(activities.slice(0, nth).map(({ name }) => name)).toContain(activity)
    expect(Object.keys(parameters)).toEqual(['run_id', 'container', 'blob', 'rows'])
    for (const [, used = ''] of text.matchAll(/pipeline\(\)\.parameters\.(\w+)/g))
      expect(parameters).toHaveProperty(used)
    for (const [, used] of text.matchAll(/"referenceName": "(\w+)",\s+"type": "DatasetReference"/g))
      expect(files.has(`dataset/${used}.json`)).toBe(true)
    for (const [path, said] of files)
      expect(path).toBe(`${path.split('/')[0]}/${(JSON.parse(said) as { name: string }).name}.json`)
    expect(files.size).toBe(taker.kind === 'snowflake' ? 3 : 1)
  }
})

test('a run is in the table once, and only when all of its rows came', () => {
  const files = pipelineFiles('crm', { storage: 'shop', format: 'parquet', taker: snowflake })
  const text = files.get('pipeline/pallet_crm.json') ?? ''
  const activities = (JSON.parse(text) as Pipeline).properties.activities
  expect(activities.map(({ name }) => name)).toEqual([
    'prepare',
    'copy',
    'all rows came',
    'publish',
  ])
  const published = JSON.stringify(activities.at(-1))
  const inOrder = ['BEGIN TRANSACTION', 'DELETE FROM', 'INSERT INTO', 'COMMIT', 'ROLLBACK', 'RAISE']
  const places = inOrder.map((word) => published.indexOf(word))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(places).not.toContain(-1)
  for (const { name } of columns)
    expect(published).toContain(name === 'größe' ? 'größe' : name.toUpperCase())
})

test('a pipeline is called after its dataset, in letters that Data Factory takes', () => {
  expect(pipelineNameOf('sales-2')).toBe('pallet_sales-2')
  for (const name of ['売上', 'a.b', 'a b']) expect(pipelineNameOf(name)).toMatch(/^[\w-]{1,140}$/)
  expect(pipelineNameOf('a.b')).not.toBe(pipelineNameOf('a b'))
})
