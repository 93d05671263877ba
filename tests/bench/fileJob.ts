/**
 * One job of `fromFile.ts` in a process of its own; prints what came out as JSON.
 *   node tests/bench/fileJob.ts read|clean|engine|papaparse|csv-parse FILE FOLDER
 */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parse } from 'csv-parse'
import papaparse from 'papaparse'
import { openEngine } from '../../main/duckdb/engine.ts'
import { quoteLiteral } from '../../main/duckdb/sql.ts'
import { defaultRecipe } from '../../shared/domain/recipe/recipe.ts'
import { salesColumns } from './files.ts'

const [job, file = '', folder = ''] = process.argv.slice(2)
const control = {
  signal: new AbortController().signal,
  report: () => undefined,
  ask: () => Promise.reject(new Error('nothing is asked')),
}
const at = (name: string): string => join(folder, name)

async function readFile() {
  const { read } = await import('../../main/reading/read.ts')
  const quarantineFile = at('held-reading.ndjson')
  const files = { recordsFile: at('records'), quarantineFile, unpackedFile: at('unpacked') }
  return await read({ path: file, reading: null, ...files }, control)
}

async function cleanFile() {
  const { labels, labelled, conventions, raw } = await readFile()
  const { clean } = await import('../../main/cleaning/clean.ts')
  return await clean(
    {
      recordsFile: at('records'),
      labels,
      labelsInFile: labelled,
      conventions,
      sourceFile: file,
      raw,
      recipe: defaultRecipe,
      contract: null,
      maxQuarantinedShare: 0.05,
      format: 'parquet',
      workFolder: at('work'),
      outputFile: at('output'),
      quarantineFile: at('held.ndjson'),
    },
    control,
  )
}

/** As somebody would write it who knows the types. */
async function runEngine() {
  const engine = await openEngine(
    {
      file: at('bare.duckdb'),
      tempFolder: at('bare-temp'),
      access: 'read-write',
      otherFiles: 'allowed',
      memoryBytes: 1024 * 1024 * 1024,
    },
    control.signal,
  )
  const casts = Object.entries(salesColumns).map(
    ([name, type]) => `TRY_CAST(${name} AS ${type}) AS ${name}`,
  )
  const source = `read_csv(${quoteLiteral(file)}, all_varchar = true)`
  const target = quoteLiteral(at('bare.parquet'))
  const rows = await engine.run(
    `COPY (SELECT ${casts.join(', ')} FROM ${source}) TO ${target} (FORMAT parquet)`,
  )
  engine.close()
  return { rows }
}

async function runPapaparse() {
  let rows = 0
  const parser = papaparse.parse(papaparse.NODE_STREAM_INPUT, { header: false })
  parser.on('data', () => (rows += 1))
  await pipeline(createReadStream(file), parser)
  return { rows }
}

async function runCsvParse() {
  let rows = 0
  const parser = parse()
  parser.on('data', () => (rows += 1))
  await pipeline(createReadStream(file), parser)
  return { rows }
}

const jobs: Record<string, () => Promise<object>> = {
  read: readFile,
  clean: cleanFile,
  engine: runEngine,
  papaparse: runPapaparse,
  'csv-parse': runCsvParse,
}
console.log(JSON.stringify(await jobs[job ?? '']?.()))
