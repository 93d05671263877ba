/** One core: the command line, the browser and the window call the same use cases. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contract } from '../../shared/contract/contract.ts'
import { edgesOf, modulesIn, root } from './imports.ts'

/** Rooms behind the ports of `runs`: reached through the core only. */
const rooms = [
  'sources',
  'reading',
  'cleaning',
  'upload',
  'warehouse',
  'duckdb',
  'store',
  'sandbox',
]

/** The files that put the parts together, and what each of them may take. */
const compositionRoots: Readonly<Record<string, readonly string[]>> = {
  'main/hosts/core.ts': rooms,
  'main/hosts/systems.ts': rooms,
  // `pallet read` and `pallet clean` keep nothing: they need no home, and so no core. A file that stands for the table of a dataset
  // becomes one, for as long as something is looked up in it.
  'main/hosts/cli.ts': ['reading', 'cleaning', 'warehouse'],
}

/** Use cases that these modules call, by their path: `runs.list`. */
function useCasesIn(...modules: string[]): Set<string> {
  const calls = modules.flatMap((module) => [
    ...readFileSync(join(root, module), 'utf8').matchAll(/\bcore\s*\.(\w+)\s*\.(\w+)\(/g),
  ])
  return new Set(calls.map(([, subject, name]) => `${subject}.${name}`))
}

const byWindow = useCasesIn('main/rpc/router.ts', 'main/rpc/files.ts', 'main/electron/bridge.ts')
const byTerminal = useCasesIn(
  ...modulesIn('main/terminal'),
  'main/hosts/cli.ts',
  'main/hosts/serve.ts',
)

describe('the faces of Pallet', () => {
  it('reach the rooms through the core alone', () => {
    const faces = [
      'main/hosts',
      'main/terminal',
      'main/rpc',
      'main/web',
      'main/electron',
      'renderer',
    ]
    const past = faces
      .flatMap(modulesIn)
      .flatMap(edgesOf)
      .filter(({ from, to }) => {
        const room = rooms.find((name) => to.startsWith(`main/${name}/`))
        return room !== undefined && !(compositionRoots[from] ?? []).includes(room)
      })
    expect(past.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it('read as the contract does, subject by subject', () => {
    const calls = Object.entries(contract).flatMap(([subject, names]) =>
      Object.keys(names).map((name) => `${subject}.${name}`),
    )
    // Bytes go beside the contract; what a window is told of itself is no use case.
    const besides = ['sources.receive', 'runs.rejectsFile', 'app.info']
    expect([...byWindow].filter((name) => !besides.includes(name)).sort()).toEqual(
      calls.filter((name) => !besides.includes(name)).sort(),
    )
    expect(byTerminal.size).toBeGreaterThan(10)
  })

  it('leave nothing to the command line that could not be asked of a Pallet that is open', () => {
    expect([...byTerminal].filter((name) => !byWindow.has(name))).toEqual([])
  })

  it('hold no rules of their own: a handler of the contract hands over and nothing else', () => {
    const router = readFileSync(join(root, 'main/rpc/router.ts'), 'utf8')
    const handlers = [...router.matchAll(/\.handler\(/g)]
    expect(handlers.length).toBeGreaterThan(20)
    expect(router).not.toMatch(/\b(if|for|while|switch|await|new Problem)\b/)
  })
})
