import { renameSync } from 'node:fs'
import { join } from 'node:path'
import type { HomePaths } from './ports/home.ts'

/**
 * Takes the folder of a run that is discarded to where every start removes what it finds, in case this process ends
 * before all of it is gone. Answers where it is now.
 */
export function discardedFolder(home: HomePaths, runId: string): string {
  const folder = home.runFolder(runId)
  const aside = join(home.incoming, runId)
  try {
    renameSync(folder, aside)
    return aside
  } catch {
    // It is gone already, or Windows has a file of it open.
    return folder
  }
}
