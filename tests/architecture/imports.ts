/**
 * Reads the import statements of a module without a compiler: comments, strings and templates
 * are blanked first, so that only real statements remain to be found.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

export interface Import {
  /** What is imported, as written. */
  specifier: string
  /** Nothing of it is left at run time. */
  typeOnly: boolean
}

/** Static imports and re-exports, `import()`, and files named by `new URL(…, import.meta.url)`. */
export function importsOf(source: string): Import[] {
  const { code, strings } = withoutText(source)
  const found: Import[] = []
  const add = (index: string | undefined, typeOnly: boolean) => {
    const specifier = strings[Number(index)]
    if (specifier !== undefined) found.push({ specifier, typeOnly })
  }
  const statement =
    /(?:^|[\n;}])\s*(?:import|export)\s+(type\s+)?((?:[\w*${},\s]|as)*?)\s*\bfrom\s*"(\d+)"/g
  for (const [, type, names = '', index] of code.matchAll(statement))
    add(index, type !== undefined || onlyTypes(names))
  for (const [, index] of code.matchAll(/(?:^|[\n;}])\s*import\s*"(\d+)"/g)) add(index, false)
  for (const [, index] of code.matchAll(/\bimport\s*\(\s*"(\d+)"/g)) add(index, false)
  for (const [, index] of code.matchAll(/\brequire(?:\.resolve)?\s*\(\s*"(\d+)"/g))
    add(index, false)
  for (const [, index] of code.matchAll(/\bnew\s+URL\s*\(\s*"(\d+)"\s*,\s*import\.meta\.url/g))
    if (/^\.{1,2}\/.*\.m?[jt]sx?$/.test(strings[Number(index)] ?? '')) add(index, false)
  return found
}

/** `{ type A, type B }`: the statement is erased with its names. */
function onlyTypes(names: string): boolean {
  const braces = /^\s*\{([^}]*)\}\s*$/.exec(names)
  if (braces === null) return false
  const each = (braces[1] ?? '').split(',').filter((name) => name.trim() !== '')
  return each.length > 0 && each.every((name) => /^\s*type\s/.test(name))
}

/** The code with comments removed and every string replaced by `"its number"`. */
function withoutText(source: string): { code: string; strings: string[] } {
  const strings: string[] = []
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`(?:[^`\\]|\\.)*`/g
  const code = source.replaceAll(token, (text, single?: string, double?: string) => {
    const inner = single ?? double
    if (inner === undefined) return text.startsWith('`') ? '``' : ' '
    strings.push(inner)
    return `"${strings.length - 1}"`
  })
  return { code, strings }
}

/** Modules of a folder, as paths from the root with forward slashes. */
export function modulesIn(folder: string): string[] {
  return globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).map((file) => file.split(sep).join('/'))
}

export interface Edge {
  from: string
  /** A path from the root for our own modules, else the name of a package. */
  to: string
  typeOnly: boolean
}

export function edgesOf(module: string): Edge[] {
  return importsOf(readFileSync(join(root, module), 'utf8')).map(({ specifier, typeOnly }) => ({
    from: module,
    to: specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(module), specifier))
          .split(sep)
          .join('/')
      : specifier,
    typeOnly,
  }))
}
