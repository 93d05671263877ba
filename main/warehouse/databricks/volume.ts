import { randomUUID } from 'node:crypto'
import { basename } from 'node:path/posix'
import { setTimeout as after } from 'node:timers/promises'
import { z } from 'zod'
import { Problem } from '../../../shared/domain/problem.ts'
import { countOf } from '../remote/statements.ts'
import { named } from './names.ts'
import type { Session } from './session.ts'

/** A part on the way may take so long. */
const partMs = 2 * 3600_000
const partTries = 4

const Listed = z.object({
  contents: z.array(z.object({ path: z.string() })).optional(),
  next_page_token: z.string().optional(),
})

const escaped = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** The folder of a run in the volume of the connection. */
export function folderOf({ workspace: { access } }: Session, runId: string): string {
  return `/Volumes/${access.catalog}/${access.schema}/${access.volume}/pallet/${runId}`
}

/** Makes the volume, where there is none, and the folder. */
export async function makeFolder(session: Session, folder: string, signal: AbortSignal) {
  const { volume } = session.workspace.access
  const there = await countOf(
    session,
    'SELECT COUNT(*) FROM information_schema.volumes WHERE volume_schema = CURRENT_SCHEMA() AND volume_name = ?',
    [volume.toLowerCase()],
  )
  if (there === 0) await session.rows(`CREATE VOLUME IF NOT EXISTS ${named(volume)}`)
  await session.workspace.ask('PUT', `/api/2.0/fs/directories${escaped(folder)}`, signal, {
    expected: [200, 204],
  })
}

/**
 * Sends a file into a folder and answers with its name there, which no other had before: Databricks leaves out what it has loaded
 * under a name, whatever is in it now.
 */
export async function put(
  { workspace }: Session,
  file: string,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  for (let nth = 1; ; nth += 1) {
    const name = `${randomUUID()}.parquet`
    try {
      const path = `/api/2.0/fs/files${escaped(`${folder}/${name}`)}?overwrite=false`
      await workspace.once('PUT', path, signal, { file, answerMs: partMs, expected: [200, 204] })
      return name
    } catch (error) {
      const isBusy =
        error instanceof Problem && (error.code === 'network' || error.code === 'server-busy')
      if (!isBusy || nth === partTries) throw error
      await after(nth * 1_000, undefined, { signal })
    }
  }
}

/** Takes a folder away with the files in it; one that is not there is as good as gone. */
export async function removeFolder(
  { workspace }: Session,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/2.0/fs/directories${escaped(folder)}`
  const found: string[] = []
  for (let page: string | undefined = ''; page !== undefined;) {
    const { status, body } = await workspace.ask('GET', `${path}${page}`, signal, {
      expected: [200, 404],
    })
    if (status === 404) return
    const { contents = [], next_page_token: next } = Listed.parse(body)
    found.push(...contents.map((one) => basename(one.path)))
    page = next === undefined ? undefined : `?page_token=${encodeURIComponent(next)}`
  }
  for (const name of found)
    await workspace.ask('DELETE', `/api/2.0/fs/files${escaped(`${folder}/${name}`)}`, signal, {
      expected: [200, 204, 404],
    })
  await workspace.ask('DELETE', path, signal, { expected: [200, 204, 404] })
}
