import { homedir, platform } from 'node:os'
import { join, resolve } from 'node:path'

/** The data folder: `--home`, else `PALLET_HOME`, else the platform's place for such data. */
export function homeFolder(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const chosen = option ?? environment['PALLET_HOME']
  if (chosen !== undefined && chosen !== '') return resolve(chosen)
  if (platform() === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Pallet')
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Pallet')
  return join(environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'pallet')
}
