/** The README's first command, as it is. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('the demo delivers what its generator knows to be good, and says where everything is', () => {
  const { status, stdout } = spawnSync(process.execPath, ['build/demo.mjs'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(status).toBe(0)
  const [, clean, held, dropped] =
    /knows (\d+) clean, (\d+) to be held back, (\d+) to be dropped/.exec(stdout) ?? []
  const number = (text: string | undefined): string => Number(text).toLocaleString('en')
  expect(stdout).toContain(
    `= ${number(clean)} clean + ${number(held)} held back + ${number(dropped)} dropped`,
  )
  expect(stdout).toContain(`table    sales: ${number(clean)} rows loaded`)
  expect(stdout).toMatch(/Open the app: +npm start/)
  expect(stdout).not.toContain('(missing)')
})
