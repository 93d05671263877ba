/** Sign-in at Microsoft Entra ID, kept in memory per connection and scope. */
export interface SignIn {
  /**
   * Tokens for one scope (`https://storage.azure.com/.default`). The first call may open a browser or show a
   * device code; one sign-in serves all scopes of the connection.
   */
  tokenSource(
    connection: string,
    settings: EntraSettings,
    secret: string | null,
    scope: string,
  ): TokenSource
  forget(connection: string): void
  /** Device codes as they are issued. */
  deviceCodes(signal: AbortSignal): AsyncIterable<DeviceCode>
}

/** Who signs in, and how: what a connection says of it, whatever its system. */
export type EntraSettings =
  | { by: 'browser' | 'device-code'; tenant?: string | undefined }
  /** With the client secret. */
  | { by: 'client-secret'; tenant: string; client: string }
  /** The computer's own: environment, managed identity, az login … */
  | { by: 'default' }

export type TokenSource = () => Promise<AccessToken>

export interface AccessToken {
  token: string
  expiresOnTimestamp: number
}

export interface DeviceCode {
  connection: string
  url: string
  code: string
  message: string
}
