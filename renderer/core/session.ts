import { authorization, sessionPath, signOutPath } from '../../shared/contract/session.ts'
import { NotAdmitted } from './line.ts'

/** In the storage of this origin, port included, so that a reload and a second tab come in, too. */
const place = 'pallet.session'
/** Of a tab that was led away to sign in: what it showed. */
const ledFrom = 'pallet.led-from'
const answerMs = 10_000

/**
 * What comes in: asks for the key of the session with the one-time token of the printed address, which does not
 * stay on the screen, with the key that this browser has been given before, or, where people sign in, by the cookie that goes
 * along. Throws `NotAdmitted`, or what `fetch` throws when nobody answers.
 */
export function openSession(): () => Promise<string> {
  let token = new URL(window.location.href).searchParams.get('token')
  let shown: string | null = null
  return async () => {
    const kept = [token, window.localStorage.getItem(place)].filter((secret) => secret !== null)
    let refusal: NotAdmitted | null = null
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
        goBack()
        // Somebody has signed in anew, perhaps as another person: nothing of before may stay.
        if (shown !== null && shown !== text) window.location.reload()
        shown = text
        return text
      }
      refusal ??= new NotAdmitted(text, answer.headers.get('Location'))
    }
    clearAddress()
    if (shown === null && refusal?.signIn) leadAway(refusal.signIn)
    throw refusal ?? new NotAdmitted('', null)
  }
}

/** Not before there is an answer: a page that is reloaded until then asks with the token again. */
function clearAddress(): void {
  const { search, pathname, hash } = window.location
  if (search !== '') window.history.replaceState(null, '', pathname + hash)
}

/** Whoever opens the page is led to sign in at once, and once: a browser that keeps no cookie would never arrive. */
function leadAway(to: string): void {
  if (window.sessionStorage.getItem(ledFrom) !== null) return
  window.sessionStorage.setItem(ledFrom, window.location.hash)
  window.location.assign(to)
}

/** To the page that was asked for. */
function goBack(): void {
  const hash = window.sessionStorage.getItem(ledFrom)
  window.sessionStorage.removeItem(ledFrom)
  if (hash !== null && hash !== '') window.location.hash = hash
}

/** What a request for files shows. In Electron the window needs nothing, and has nothing. */
export function shownKey(): Record<string, string> {
  const key = window.localStorage.getItem(place)
  return key === null ? {} : authorization(key)
}

/** The session ends; the line is cut and says so. Throws what `fetch` throws when nobody answers. */
export async function signOut(): Promise<void> {
  await fetch(signOutPath, { method: 'POST', signal: AbortSignal.timeout(answerMs) })
  window.localStorage.removeItem(place)
}
