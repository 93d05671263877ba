/** What Pallet writes for Power BI and Data Factory has the shapes that Microsoft publishes. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Taker, pipelineFiles } from '../../../main/terminal/pipeline.ts'
import { outputFormats } from '../../../shared/domain/datasets/dataset.ts'
import { retailColumns, retailProject } from '../../fixtures/powerBiProject.ts'

interface File {
  kind: 'powerbi' | 'pipeline' | 'dataset'
  path: string
  value: Record<string, unknown>
}

/** What does not fit, a line each. */
function wrongIn(all: readonly File[]): string[] {
  const python = process.env['PALLET_ENGINES_PYTHON']
  if (python === undefined)
    throw new Error('Start these tests with: npm run test:engines -- microsoft')
  const { status, stdout, stderr } = spawnSync(python, [join(import.meta.dirname, 'check.py')], {
    encoding: 'utf8',
    input: all.map((file) => JSON.stringify(file)).join('\n'),
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout.split('\n').filter((line) => line !== '')
}

test('a project of Power BI, of both sources and of each star alone', () => {
  const files = (['snowflake', 'databricks'] as const).flatMap((of) =>
    [undefined, ['sales'], ['inventory'], ['customers']].flatMap((which) =>
      [...retailProject(of, which as ('sales' | 'inventory' | 'customers')[] | undefined).files]
        .filter(([, text]) => text.startsWith('{'))
        .map(([path, text]): File => {
          return { kind: 'powerbi', path, value: JSON.parse(text) as File['value'] }
        }),
    ),
  )
  expect(files.length).toBeGreaterThan(60)
  expect(wrongIn(files)).toEqual([])
  // What does not fit is seen.
  const broken = files
    .filter(({ path }) => path.endsWith('page.json'))
    .map((file) => ({ ...file, value: { ...file.value, displayName: undefined } }))
  expect(wrongIn(broken)).toHaveLength(broken.length)
})

test('a pipeline of Data Factory, of every format and for both takers', () => {
  const takers: Taker[] = [
    { kind: 'databricks', service: 'bricks', job: '11' },
    {
      kind: 'snowflake',
      service: 'snow',
      integration: 'SHOP_INT',
      schema: 'raw',
      table: 'sales',
      columns: retailColumns.sales,
    },
  ]
  const files = takers.flatMap((taker) =>
    outputFormats.flatMap((format) =>
      [...pipelineFiles('sales', { storage: 'shop', format, taker })].map(([path, text]): File => {
        const kind = path.startsWith('pipeline/') ? 'pipeline' : 'dataset'
        return {
          kind,
          path: `${taker.kind}, ${format}: ${path}`,
          value: JSON.parse(text) as File['value'],
        }
      }),
    ),
  )
  expect(files).toHaveLength(12)
  expect(wrongIn(files)).toEqual([])
  const [pipeline = { kind: 'pipeline', path: '', value: {} } as const] = files
  const misspelt = JSON.parse(JSON.stringify(pipeline).replace('"jobId"', '"jobid"')) as File
  expect(wrongIn([misspelt])).not.toEqual([])
})
