import { errorCode } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { EntraSettings } from '../runs/ports/signIn.ts'

/** What went wrong, in words. Only the error code is kept of MSAL's text. */
export function signInProblem(
  thrown: unknown,
  connection: string,
  settings: EntraSettings,
): Problem {
  const did = 'What was done before is kept; Pallet continues after the sign-in.'
  const { name, message, code } = described(thrown)
  const aadsts = /AADSTS\d+/.exec(message)?.[0] ?? ''
  const detail = aadsts === '' ? code : aadsts
  if (name === 'AbortError' || code === 'access_denied')
    return new Problem({
      code: 'credential-missing',
      what: `The sign-in for the connection ${connection} was not finished.`,
      did,
      advice: 'Start it again with "Test" in Connections, and finish it within 15 minutes.',
      detail,
    })
  if (aadsts === 'AADSTS7000222')
    return new Problem({
      code: 'credential-expired',
      what: `The client secret of the connection ${connection} has expired.`,
      did,
      advice: 'Create a new one in Entra ID (App registrations) and put it into the connection.',
      detail,
    })
  if (aadsts !== '')
    return new Problem({
      code: 'credential-rejected',
      what: `Microsoft Entra ID refused the sign-in for the connection ${connection}.`,
      did,
      advice: 'Check tenant, client and secret, or ask the administrator with the code given here.',
      detail,
    })
  if (isNetwork(thrown))
    return new Problem({
      code: 'network',
      what: 'login.microsoftonline.com could not be reached for the sign-in.',
      did,
      advice: 'Check the network connection of this computer.',
      detail,
    })
  if (settings.by === 'default')
    return new Problem({
      code: 'credential-missing',
      what: `This computer has no sign-in of its own that the connection ${connection} could use.`,
      did,
      advice: 'Run "az login", or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET.',
      detail,
    })
  return new Problem({
    code: 'credential-rejected',
    what: `The sign-in for the connection ${connection} did not work.`,
    did,
    advice: 'Check the tenant and try "Test" in Connections.',
    detail: detail === '' ? name : detail,
  })
}

function described(thrown: unknown): { name: string; message: string; code: string } {
  if (!(thrown instanceof Error)) return { name: 'unknown error', message: '', code: '' }
  const { errorCode: ofMsal } = thrown as { errorCode?: unknown }
  const code = typeof ofMsal === 'string' ? ofMsal : errorCode(thrown)
  return { name: thrown.name, message: thrown.message, code }
}

/** MSAL wraps what the connection died of, sometimes twice. */
function isNetwork(thrown: unknown): boolean {
  const codes =
    /^(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|REQUEST_SEND_ERROR|network_error|endpoints_resolution_error|openid_config_error)$/
  let at: unknown = thrown
  for (let depth = 0; depth < 5 && at instanceof Error; depth += 1) {
    const { code, message } = described(at)
    if (codes.test(code) || /endpoints_resolution_error|network_error/.test(message)) return true
    at = at.cause
  }
  return false
}
