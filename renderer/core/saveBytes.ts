import { Problem } from '../../shared/domain/problem.ts'
import { readProblem } from './sendBytes.ts'
import { shownKey } from './session.ts'

/** By then the browser has begun to read what it is to save. */
const begunMs = 60_000

/**
 * Has the browser save what the host has at a path. By way of a blob, which the browser keeps on the disk when it
 * is large: a link could not show the key of the session, and no key belongs into an address.
 * @throws Problem when the host has nothing there, or what `fetch` throws when nobody answers
 */
export async function saveBytes(path: string, name: string): Promise<void> {
  const answer = await fetch(path, { headers: shownKey() })
  if (!answer.ok)
    throw new Problem(
      readProblem(await answer.text()) ?? {
        code: 'network',
        what: `Pallet did not hand over “${name}”.`,
        advice: 'Reload the window and try again.',
        detail: `HTTP ${answer.status}`,
      },
    )
  save(await answer.blob(), name)
}

/** Has the browser save a text of the window's own. */
export function saveText(text: string, name: string): void {
  save(new Blob([text], { type: 'text/plain;charset=utf-8' }), name)
}

/** Has the browser save what the window has made itself. */
export function save(bytes: Blob, name: string): void {
  const url = URL.createObjectURL(bytes)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), begunMs)
}
