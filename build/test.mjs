// `npm test`: unit and integration tests, then the window in a real Chromium. Ends with one line of counts.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { bundledNode, root, run } from './node-version.mjs'

const node = bundledNode() ?? process.execPath
const reports = mkdtempSync(join(tmpdir(), 'pallet-test-'))
const bin = (name) => join(root, 'node_modules', name)
let passed = 0
let failed = 0

// With arguments only what they name is run: npm test -- tests/unit
const only = process.argv.slice(2)

const vitestReport = join(reports, 'vitest.json')
const vitestCode = await run(node, [
  bin('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${vitestReport}`,
  ...only,
])
if (existsSync(vitestReport)) {
  const report = JSON.parse(readFileSync(vitestReport, 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests
  // A file that does not even load has no tests to fail.
  if (report.numFailedTests === 0 && vitestCode !== 0) failed += 1
} else failed += 1

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

if (only.length === 0)
  console.error(
    'The tests with engines of others were not run: npm run test:engines -- airflow databricks kafka microsoft snowflake spark.',
  )
rmSync(reports, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
