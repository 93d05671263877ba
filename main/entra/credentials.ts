import type { HttpClient } from '@azure/core-rest-pipeline'
import {
  ClientSecretCredential,
  DefaultAzureCredential,
  DeviceCodeCredential,
  type TokenCredential,
} from '@azure/identity'
import { readyForOutside } from '../network/outside.ts'
import type { EntraSettings } from '../runs/ports/signIn.ts'
import { browserSignIn, type GetToken } from './browserSignIn.ts'
import type { DeviceCodeBoard } from './deviceCodes.ts'

export interface SignInOptions {
  /** Shows a page in the person's browser. */
  openUrl(url: string): Promise<void>
  /** For tests. */
  httpClient?: HttpClient
}

/** What gets tokens in the way that the connection's settings name. */
export function getTokenFor(
  connection: string,
  settings: EntraSettings,
  secret: string | null,
  options: SignInOptions,
  codes: DeviceCodeBoard,
): GetToken {
  readyForOutside()
  const http = options.httpClient === undefined ? {} : { httpClient: options.httpClient }
  switch (settings.by) {
    case 'browser':
      return browserSignIn({
        tenant: settings.tenant ?? null,
        openUrl: (url) => options.openUrl(url),
        ...http,
      })
    case 'device-code':
      return through(
        new DeviceCodeCredential({
          ...http,
          ...(settings.tenant === undefined ? {} : { tenantId: settings.tenant }),
          userPromptCallback: ({ verificationUri, userCode, message }) =>
            codes.publish({ connection, url: verificationUri, code: userCode, message }),
        }),
      )
    case 'client-secret':
      return through(
        new ClientSecretCredential(settings.tenant, settings.client, secret ?? '', http),
      )
    case 'default':
      return through(new DefaultAzureCredential(http))
  }
}

function through(credential: TokenCredential): GetToken {
  return async (asked, abortSignal) => {
    const token = await credential.getToken(asked, { abortSignal })
    if (token === null) throw new Error('no token')
    return token
  }
}
