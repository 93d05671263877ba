// `npm test`: unit and integration tests, then the window in a real Chromium. Ends with one line of counts.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { engineEnvironment, isReachable } from './engine.mjs'
import { bundledNode, root, run } from './node-version.mjs'

/** The stories take a minute on a quiet machine. */
const engineLimitMs = 20 * 60_000

const node = bundledNode() ?? process.execPath
const reports = mkdtempSync(join(tmpdir(), 'pallet-test-'))
const bin = (name) => join(root, 'node_modules', name)
let passed = 0
let failed = 0

// With arguments only what they name is run: npm test -- tests/unit
const only = process.argv.slice(2)

/** Counts what vitest has tested. */
async function counted(name, args, options = {}) {
  const file = join(reports, `${name}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await run(node, [bin('vitest/vitest.mjs'), 'run', ...reporters, ...args], options)
  if (existsSync(file)) {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    passed += report.numPassedTests
    failed += report.numFailedTests
    // A file that does not even load has no tests to fail.
    if (report.numFailedTests === 0 && code !== 0) failed += 1
  } else failed += 1
}

await counted('vitest', only)

if (only.length === 0) {
  const chromium = findChromium()
  if (chromium === null) {
    console.error(
      'The browser tests were not run: no Chromium is here, and none could be installed.',
    )
    failed += 1
  } else {
    console.error(`Browser tests with ${chromium.path} (${chromium.how}).`)
    const electron = existsSync(join(root, 'node_modules', 'electron', 'path.txt'))
    if (!electron) console.error('Electron tests were not run: its binary is not on this computer.')
    const report = join(reports, 'playwright.json')
    const code = await run(
      node,
      [
        bin('@playwright/test/cli.js'),
        'test',
        // One unlucky moment of a shared machine does not hold a change up; it is named below.
        '--retries=1',
        '--project=web',
        ...(electron ? ['--project=electron'] : []),
      ],
      {
        env: {
          ...process.env,
          PALLET_CHROMIUM: chromium.path,
          PLAYWRIGHT_JSON_OUTPUT_NAME: report,
        },
      },
    )
    if (existsSync(report)) {
      const { stats } = JSON.parse(readFileSync(report, 'utf8'))
      // Playwright lists the flaky ones above, each with its error.
      passed += stats.expected + stats.flaky
      failed += stats.unexpected
      if (stats.flaky > 0)
        console.error(
          `${stats.flaky} passed only at the second try: a defect of the test or of Pallet.`,
        )
      if (stats.unexpected === 0 && code !== 0) failed += 1
    } else failed += 1
  }
}

// What CI asks for: an engine that can be got is tested with, or that is a failure.
const engine = process.env.PALLET_TEST_ENGINE
if (only.length === 0 && engine !== undefined) {
  if (!isReachable(engine))
    console.error(`Nothing was tested with the engine ${engine}: PyPI cannot be reached from here.`)
  else {
    const environment = engineEnvironment(engine)
    if (environment === null) failed += 1
    else
      await counted(
        engine,
        // The shortest of its stories that send every kind of statement but those of an undo.
        [
          '--config',
          'vitest.engines.config.ts',
          '-t',
          'a file that brings|every statement',
          `tests/engines/${engine}`,
        ],
        {
          env: { ...process.env, ...environment },
          timeout: engineLimitMs,
          killSignal: 'SIGKILL',
        },
      )
  }
}

if (only.length === 0)
  console.error(
    'The tests with engines of others were not run: npm run test:engines -- airflow databricks kafka microsoft snowflake spark.',
  )
rmSync(reports, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
