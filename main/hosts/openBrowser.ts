import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import open from 'open'

/**
 * Opens the address, whose token is a secret, in the browser of this computer without putting it on a command
 * line, which `ps` shows to everybody: the browser is given a page that only its owner may read and that leads on.
 * @param home where Pallet keeps its data
 * @returns what removes the page again; it is of no use once the token is
 */
export async function openInBrowser(address: string, home: string): Promise<() => Promise<void>> {
  const file = join(folderForBrowsers(home), `pallet-${randomBytes(8).toString('hex')}.html`)
  const remove = (): Promise<void> => rm(file, { force: true })
  try {
    await writeFile(file, pageTo(address), { mode: 0o600, flag: 'wx' })
    await open(pathToFileURL(file).href)
  } catch {
    // The address was printed as well.
    await remove()
  }
  return remove
}

/** A browser that came as a snap reads the home folder, but nothing hidden in it: Ubuntu’s Firefox is one. */
function folderForBrowsers(home: string): string {
  return home.includes(`${sep}.`) ? homedir() : home
}

function pageTo(address: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${address}">
<title>Pallet</title>
<p><a href="${address}">Open Pallet</a></p>
</html>
`
}
