import { authorization, sessionPath } from '../../shared/contract/session.ts'
import { NotAdmitted } from './line.ts'

/** In the storage of this origin, port included, so that a reload and a second tab come in, too. */
const place = 'pallet.session'
const answerMs = 10_000

/**
 * What comes in: asks for the key of the session with the one-time token of the printed address, which does not
 * stay on the screen, or with the key that this browser has been given before. Throws `NotAdmitted`, or what
 * `fetch` throws when nobody answers.
 */
export function openSession(): () => Promise<string> {
  let token = new URL(window.location.href).searchParams.get('token')
  return async () => {
    const kept = [token, window.localStorage.getItem(place)].filter((secret) => secret !== null)
    let refusal: string | null = null
    for (const secret of kept.length === 0 ? [''] : kept) {
      const answer = await fetch(sessionPath, {
        method: 'POST',
        headers: authorization(secret),
        signal: AbortSignal.timeout(answerMs),
      })
      const text = await answer.text()
      if (answer.ok) {
        token = null
        window.localStorage.setItem(place, text)
        clearAddress()
        return text
      }
      refusal ??= text
    }
    clearAddress()
    throw new NotAdmitted(refusal ?? '')
  }
}

/** Not before there is an answer: a page that is reloaded until then asks with the token again. */
function clearAddress(): void {
  const { search, pathname, hash } = window.location
  if (search !== '') window.history.replaceState(null, '', pathname + hash)
}

/** What a request for files shows. In Electron the window needs nothing, and has nothing. */
export function shownKey(): Record<string, string> {
  const key = window.localStorage.getItem(place)
  return key === null ? {} : authorization(key)
}
