/** The protocols of erasures: a file each, in the home, which says nothing of the person. */
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Erasure } from '../../../shared/domain/privacy/erasure.ts'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import type { HomePaths } from '../ports/home.ts'

export const protocolFile = (home: Pick<HomePaths, 'folder'>, id: string): string =>
  join(home.folder, 'erasures', `${id}.json`)

/** All of them, oldest first. */
export async function protocols(home: Pick<HomePaths, 'folder'>): Promise<Erasure[]> {
  const folder = join(home.folder, 'erasures')
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  })
  const files = names.filter((name) => name.endsWith('.json')).toSorted()
  return await Promise.all(
    files.map(async (name) =>
      Erasure.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))),
    ),
  )
}

/** It is on the disk, whole, when this answers its SHA-256. */
export async function writeProtocol(
  home: Pick<HomePaths, 'folder'>,
  erasure: Erasure,
): Promise<string> {
  const text = `${JSON.stringify(erasure, null, 2)}\n`
  const path = protocolFile(home, erasure.id)
  await mkdir(join(home.folder, 'erasures'), { recursive: true, mode: 0o700 })
  const file = await open(`${path}.part`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
  return createHash('sha256').update(text).digest('hex')
}
