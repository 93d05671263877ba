/** Files that are written for other programs, and are a person's from then on. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Problem } from '../../shared/domain/problem.ts'

/**
 * Writes files, by their paths below `folder`. What is there stays, and nothing is written, unless `force` is given: then the folders
 * in `whole` are replaced. Fails with `usage` or `home-unusable`.
 */
export async function writeGenerated(
  folder: string,
  files: ReadonlyMap<string, string>,
  { force, whole = [] }: { force: boolean; whole?: readonly string[] },
): Promise<void> {
  if (!force)
    for (const path of [...whole, ...files.keys()])
      if (await isThere(join(folder, path)))
        throw new Problem({
          code: 'usage',
          what: `${join(folder, path)} is there already.`,
          did: 'Nothing was written.',
          advice: 'With --force it is written over.',
        })
  try {
    for (const path of whole) await rm(join(folder, path), { recursive: true, force: true })
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
  } catch (cause) {
    throw new Problem(
      {
        code: 'home-unusable',
        what: `${folder} could not be written to.`,
        did: 'What is there may be incomplete.',
        advice: 'Check the folder, and write it again with --force.',
      },
      { cause },
    )
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
