/** The linter refuses what the design forbids: tried on a small house that breaks the rules. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { testFolder } from '../fixtures/folder.ts'
import { root } from './imports.ts'

const newFolder = testFolder()

const union = `type Light = 'red' | 'green' | 'amber'\n`
const house: [file: string, text: string, rule: string | null][] = [
  ['main/upload/a.ts', `export * from '../warehouse/load.ts'`, 'no-restricted-imports'],
  ['main/upload/inner/b.ts', `export * from '../../warehouse/load.ts'`, 'no-restricted-imports'],
  ['main/upload/c.ts', `export * from '../runs/ports/store.ts'`, 'no-restricted-imports'],
  ['main/upload/d.ts', `export type * from '../runs/ports/store.ts'`, null],
  ['main/upload/e.ts', `export * from '../../shared/domain/runs/run.ts'`, null],
  ['main/web/f.ts', `export * from 'electron'`, 'no-restricted-imports'],
  ['main/electron/g.ts', `export * from 'electron'`, null],
  ['renderer/core/h.ts', `export * from '../../main/rpc/router.ts'`, 'no-restricted-imports'],
  ['renderer/core/i.ts', `export * from '../ui/times.ts'`, 'no-restricted-imports'],
  ['renderer/features/runs/j.ts', `export * from '../send/SendPage.tsx'`, 'no-restricted-imports'],
  ['renderer/features/runs/k.ts', `export * from '../send/destination.ts'`, null],
  ['shared/l.ts', `export * from '../main/runs/core.ts'`, 'no-restricted-imports'],
  ['shared/m.ts', `export * from './n.ts'`, 'no-cycle'],
  ['shared/n.ts', `export * from './m.ts'`, 'no-cycle'],
  [
    'shared/o.ts',
    `${union}export function isRed(light: Light) {
      switch (light) {
        case 'red': return true
        default: return false
      }
    }`,
    'switch-exhaustiveness-check',
  ],
  [
    'shared/p.ts',
    `${union}export function isRed(light: Light) {
      switch (light) {
        case 'red': return true
        case 'green':
        case 'amber': return false
      }
    }`,
    null,
  ],
]

const Report = z.object({
  diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })),
})

it('refuses imports across rooms, circles, and a default that hides a new member', () => {
  const folder = newFolder()
  const files: [file: string, text: string][] = [
    ...house.map(([file, text]): [string, string] => [file, text]),
    ['tsconfig.json', '{ "compilerOptions": { "strict": true }, "include": ["**/*.ts"] }'],
    ['package.json', '{ "type": "module" }'],
    [
      'oxlint.config.ts',
      `export { default } from '${pathToFileURL(join(root, 'oxlint.config.ts')).href}'`,
    ],
  ]
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/oxlint/bin/oxlint'), '--format', 'json'],
    { cwd: folder, encoding: 'utf8' },
  )
  const found = Report.parse(JSON.parse(stdout === '' ? stderr : stdout)).diagnostics
  const said = Object.fromEntries(
    house.map(([file]) => [
      file,
      found
        .filter(({ filename }) => filename.replaceAll('\\', '/') === file)
        .map(({ code }) => /\((.*)\)/.exec(code)?.[1] ?? code)[0] ?? null,
    ]),
  )
  expect(said).toEqual(Object.fromEntries(house.map(([file, , rule]) => [file, rule])))
})
