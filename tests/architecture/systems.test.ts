/** Outside systems are told apart by their records and by what implements them, and nowhere else. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { outsideSystems } from '../../main/hosts/systems.ts'
import { systems } from '../../shared/systems/all.ts'
import { kindsOf } from '../../shared/systems/kinds.ts'
import type { Ability } from '../../shared/systems/record.ts'
import { edgesOf, modulesIn, root } from './imports.ts'

const modules = ['main', 'shared', 'preload', 'renderer'].flatMap(modulesIn)
const records = modulesIn('shared/systems')
/** Who takes a record of its own from shared/systems implements it. */
const machinery = ['all', 'entering', 'kinds', 'postAddress', 'record', 'telling'].map(
  (name) => `shared/systems/${name}.ts`,
)
const isRecord = (module: string): boolean =>
  records.includes(module) && !machinery.includes(module)
const implementations = modules.filter(
  (module) => !records.includes(module) && edgesOf(module).some(({ to }) => isRecord(to)),
)
/** How the storage room reaches an account has words that are as old as the kinds. */
const wordsOfItsOwn = ['main/upload/account/accounts.ts']

/** Comparisons and cases with one of the words. */
function branchesOn(words: readonly string[], source: string): string[] {
  const word = `['"\`](?:${words.join('|')})['"\`]`
  const pattern = new RegExp(
    `(?:[=!]==?\\s*${word}|${word}\\s*[=!]==?|\\bcase\\s+${word}|\\b(?:starts|ends)With\\(\\s*['"\`](?:entra)|\\bincludes\\(\\s*${word})`,
    'g',
  )
  return [...source.matchAll(pattern)].map(([text]) => text)
}

const words = [
  ...systems.map(({ name }) => name),
  ...systems.flatMap(kindsOf).map(({ name }) => name),
]

describe('systems and their kinds', () => {
  it('are compared nowhere but in their records and implementations', () => {
    const elsewhere = modules.filter(
      (module) =>
        !records.includes(module) &&
        !implementations.includes(module) &&
        !wordsOfItsOwn.includes(module),
    )
    expect(elsewhere.length).toBeGreaterThan(150)
    const found = elsewhere.flatMap((module) =>
      branchesOn(words, readFileSync(join(root, module), 'utf8')).map(
        (branch) => `${module}: ${branch}`,
      ),
    )
    expect(found).toEqual([])
  })

  it('have one implementation each, in a room of main', () => {
    expect(implementations.length).toBeGreaterThan(0)
    for (const module of implementations) expect(module).toMatch(/^main\/(?!hosts|runs|rpc)/)
  })

  it('and the test sees every way to branch on them', () => {
    const source = `
if (kind === 'sas-url') {}
if ("azure-blob" !== system) {}
switch (kind) { case 'account-key': break }
const entra = kind.startsWith('entra-')
if (['a'].includes('sandbox')) {}
const settings = { kind: 'sas-url' }
`
    expect(branchesOn(words, source)).toHaveLength(5)
  })
})

describe('what a record says a system can be', () => {
  /** The abilities that have a port by now. */
  const ports: readonly (Ability & ('blobs' | 'files' | 'warehouse' | 'trigger' | 'alert'))[] = [
    'blobs',
    'files',
    'warehouse',
    'trigger',
    'alert',
  ]
  const never = (): never => {
    throw new Error('not in this test')
  }
  const implemented = outsideSystems({
    sandbox: { access: never, save: never, stop: never },
    signIn: { tokenSource: never, forget: () => {}, deviceCodes: never },
    warehouseFile: '',
  })

  it.each(systems)('$name is that', ({ name, canBe }) => {
    const found = Object.entries(implemented).find(([system]) => system === name)?.[1]
    for (const port of ports) expect(found?.[port] !== undefined, port).toBe(canBe.includes(port))
  })
})
