/** What the documents name exists: files in backticks that look like paths of ours, links, and commands of npm. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { root } from './imports.ts'

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'tests/README.md',
  ...globSync('docs/**/*.md', { cwd: root }),
]
const houses = /^(?:main|shared|renderer|preload|tests|build|docs|\.vscode)(?:\/|$)/

/** Paths from the root. Patterns and places to fill in (`<name>`) are none. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => houses.test(code) && /^[\w./-]+$/.test(code))
}

function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
}

describe.each(documents)('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8')

  it('names files that exist', () => {
    const paths = pathsIn(text)
    const links = linksIn(text).map((target) => join(dirname(document), target))
    expect([...paths, ...links].filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('names commands that exist', () => {
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name)
    expect(commands.filter((name) => !(name in manifest.scripts))).toEqual([])
  })
})

it('the scan sees what it should', () => {
  expect(
    pathsIn('`main/hosts/cli.ts`, `main/runs`, `main/<room>/x.ts`, `npm run dev`, `a/b.ts`'),
  ).toEqual(['main/hosts/cli.ts', 'main/runs'])
  expect(linksIn('[a](docs/design.md#words) [b](https://example.test)')).toEqual(['docs/design.md'])
})
