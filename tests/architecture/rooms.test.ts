import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { edgesOf, importsOf, modulesIn, root } from './imports.ts'
import type { Edge } from './imports.ts'
import { isIn, mayImport, reachOf, roomOf } from './mayImport.ts'

function isOurs(edge: Edge): boolean {
  return existsSync(join(root, edge.to)) && !edge.to.startsWith('node_modules')
}

function isAllowed({ from, to, typeOnly }: Edge): boolean {
  const room = roomOf(from)
  const { whole, types } = reachOf(room)
  return (
    [room, ...whole].some((folder) => isIn(to, folder)) ||
    (typeOnly && types.some((folder) => isIn(to, folder)))
  )
}

const modules = ['main', 'shared', 'preload', 'renderer'].flatMap(modulesIn)
const edges = modules.flatMap(edgesOf)
const shown = (found: Edge[]) => found.map(({ from, to }) => `${from} imports ${to}`)

describe('who may import whom', () => {
  it('every import goes where the design lets it go', () => {
    expect(edges.length).toBeGreaterThan(300)
    expect(shown(edges.filter((edge) => isOurs(edge) && !isAllowed(edge)))).toEqual([])
  })

  it.each([
    ['main/runs/core.ts', 'main/store/runs.ts', true],
    ['main/upload/upload.ts', 'main/warehouse/load.ts', false],
    ['main/upload/upload.ts', 'main/runs/core.ts', true],
    ['main/upload/upload.ts', 'main/runs/ports/uploading.ts', false],
    ['main/web/server.ts', 'main/runs/core.ts', true],
    ['main/rpc/router.ts', 'main/vault/open.ts', false],
    ['renderer/main.tsx', 'main/rpc/router.ts', true],
    ['shared/domain/runs/run.ts', 'main/runs/ports/store.ts', true],
    ['renderer/features/runs/RunPage.tsx', 'renderer/features/send/SendPage.tsx', false],
    ['renderer/features/send/SendPage.tsx', 'renderer/app/App.tsx', false],
    ['renderer/core/queries.ts', 'renderer/ui/Page.tsx', true],
  ])('and the table forbids what it should: %s → %s', (from, to, typeOnly) => {
    expect(isAllowed({ from, to, typeOnly })).toBe(false)
  })

  it('every relative import names a file that exists', () => {
    const missing = edges.filter(
      ({ from, to }) => to.startsWith(from.split('/')[0] ?? '') && !existsSync(join(root, to)),
    )
    expect(shown(missing)).toEqual([])
  })

  it('every room has its line in the table', () => {
    const rooms = modules.flatMap(
      (module) =>
        /^(?:main|renderer\/features|renderer(?!\/features))\/[^/]+(?=\/)/.exec(module) ?? [],
    )
    expect(rooms.filter((room) => mayImport[room] === undefined)).toEqual([])
  })

  it('every line of the table is of what exists', () => {
    const named = Object.keys(mayImport).flatMap((room) => {
      const { whole, types } = reachOf(room)
      return [room, ...whole, ...types]
    })
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('only the shell imports a value from electron', () => {
    const values = edges.filter(({ to, typeOnly }) => to === 'electron' && !typeOnly)
    const isShell = ({ from }: Edge) =>
      roomOf(from) === 'main/electron' ||
      from === 'main/hosts/electron.ts' ||
      roomOf(from) === 'preload'
    expect(values.length).toBeGreaterThan(0)
    expect(shown(values.filter((edge) => !isShell(edge)))).toEqual([])
  })

  it('shared uses no package but those that run anywhere', () => {
    const packages = edges
      .filter((edge) => roomOf(edge.from) === 'shared' && !isOurs(edge))
      .map(({ to }) => to)
    expect(new Set(packages)).toEqual(new Set(['zod', 'croner', '@orpc/contract']))
  })
})

describe('the scanner', () => {
  it('finds every way to import', () => {
    const source = `
import a from './a.ts'
import type { B } from './b.ts'
import { type C, type D } from './c.ts'
import { type E, f } from "./e.ts"
import * as g from './g.ts'
import './h.ts'
import {
  i,
  j as k,
} from './i.ts'
export { l } from './l.ts'
export * from './m.ts'
export type { N } from './n.ts'
const o = await import('./o.ts')
const worker = new Worker(new URL('./p.ts', import.meta.url))
const q = require('q')
import r, { type S } from 'r'
`
    expect(importsOf(source)).toEqual(
      expect.arrayContaining([
        ...['./a.ts', './e.ts', './g.ts', './h.ts', './i.ts', './l.ts', './m.ts', './o.ts'].map(
          (specifier) => ({ specifier, typeOnly: false }),
        ),
        ...['./p.ts', 'q', 'r'].map((specifier) => ({ specifier, typeOnly: false })),
        ...['./b.ts', './c.ts', './n.ts'].map((specifier) => ({ specifier, typeOnly: true })),
      ]),
    )
    expect(importsOf(source)).toHaveLength(14)
  })

  it('is not taken in by text', () => {
    const source = `
// import './a.ts'
/* import './b.ts' */
const c = "import './c.ts'"
const d = 'https://example.test/' // import('./d.ts')
const e = \`import './e.ts'\`
`
    expect(importsOf(source)).toEqual([])
  })
})
