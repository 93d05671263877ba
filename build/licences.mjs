// The licences of the packages that are bundled: whoever passes their code on passes these on with it.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A plugin for every bundle that is made, and the text for all of them once they are made. */
export function licences() {
  const folders = new Set()
  return {
    plugin: {
      name: 'licences',
      generateBundle(_, files) {
        for (const file of Object.values(files))
          for (const id of file.moduleIds ?? []) {
            const folder = packageOf(id)
            if (folder !== null) folders.add(folder)
          }
      },
    },
    text: () =>
      [...new Map([...folders].map(licenceOf)).entries()]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, text]) => `${'─'.repeat(80)}\n${name}\n\n${text.trim()}\n`)
        .join('\n'),
  }
}

/** The folder of the package that a module is of; null for one of ours. */
function packageOf(id) {
  const path = id.replace(/^\0/, '').replace(/\?.*$/, '').replaceAll('\\', '/')
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? null
}

/** Name with version → what its authors want read, as they wrote it. */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    // Of some it is a folder, with those of what they have taken from others.
    .flatMap((file) =>
      statSync(join(folder, file)).isDirectory()
        ? readdirSync(join(folder, file)).map((one) => join(file, one))
        : [file],
    )
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  return [`${name} ${version}`, texts.length > 0 ? texts.join('\n\n') : `Licence: ${license}`]
}
