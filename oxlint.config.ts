import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'oxlint'
import { isIn, mayImport, reachOf } from './tests/architecture/mayImport.ts'

const houses = ['main', 'preload', 'renderer', 'shared']

/** The outermost folders and files that a room must not import. */
function closedTo(room: string, path: string): string[] {
  const { whole, types } = reachOf(room)
  const open = [room, ...whole, ...types]
  if (open.some((folder) => isIn(path, folder))) return []
  if (!open.some((folder) => isIn(folder, path))) return [path]
  return readdirSync(join(import.meta.dirname, path)).flatMap((name) =>
    closedTo(room, `${path}/${name}`),
  )
}

/** How a room's modules write an import of `path`: `../store/`, from an inner room `../../store/`. */
function written(room: string, path: string): string {
  const from = room.split('/')
  const to = path.split('/')
  while (from[0] === to[0]) {
    from.shift()
    to.shift()
  }
  const name = to.join('/').replaceAll('.', '\\.')
  return String.raw`^(\.\./)+${name}(/|$)`
}

const electron = {
  name: 'electron',
  allowTypeImports: true,
  message: 'In plain Node this starts a download. Only the shell imports a value from electron.',
}
const isShell = (room: string) => room === 'main/electron' || room === 'preload'

/** What tests/architecture/mayImport.ts says of a room, as the linter says it. */
function importsOf(room: string) {
  const { whole, types } = reachOf(room)
  const closed = houses.flatMap((house) => closedTo(room, house))
  const all = ['itself', ...whole, ...types.map((path) => `types of ${path}`)].join(', ')
  const message = `${room} may import ${all}: see tests/architecture/mayImport.ts.`
  return {
    files: [`${room}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: isShell(room) ? [] : [electron],
          patterns: [
            ...closed.map((path) => ({ regex: written(room, path), message })),
            ...types.map((path) => ({
              regex: written(room, path),
              allowTypeImports: true,
              message,
            })),
          ],
        },
      ] as const,
    },
  }
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'import', 'react', 'promise', 'jsx-a11y'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true },
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'react/react-in-jsx-scope': 'off',
    'no-await-in-loop': 'off',
    'no-shadow': 'off',
    'consistent-return': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'promise/always-return': 'off',
    'unicorn/consistent-function-scoping': 'off',
    // A `default` would swallow the member that is added to a union tomorrow.
    'typescript/switch-exhaustiveness-check': [
      'error',
      { considerDefaultExhaustiveForUnions: false, allowDefaultCaseForExhaustiveSwitch: false },
    ],
  },
  overrides: [
    // The inner room goes before the outer one.
    ...Object.keys(mayImport)
      .toSorted((a, b) => a.length - b.length)
      .map(importsOf),
    // The composition root of the desktop is part of the shell.
    { files: ['main/hosts/electron.ts'], rules: { 'no-restricted-imports': 'off' } },
  ],
  ignorePatterns: ['dist', 'dist.new', 'node_modules', 'release'],
})
