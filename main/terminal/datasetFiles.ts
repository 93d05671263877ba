/** Files of recipes, contracts and datasets, as commands read them. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ReadFile } from '../../shared/domain/datasets/datasetFile.ts'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'

/** What a file holds, or a problem with a sentence for each of its faults. */
export function whole<Content>(read: ReadFile<Content>, file: string): Content {
  if (read.faults === null) return read.content
  throw new Problem({
    code: 'usage',
    what: `${file} is not as it must be. ${read.faults.join(' ')}`,
    did: 'Nothing was changed and nothing written.',
  })
}

export async function textOf(file: string): Promise<string> {
  try {
    return await readFile(resolve(file), 'utf8')
  } catch (error) {
    throw new Problem(
      {
        code: 'usage',
        what: `The file ${file} cannot be read.`,
        did: 'Nothing was changed and nothing written.',
        detail: errorCode(error) || String(error),
      },
      { cause: error },
    )
  }
}
