/** Credentials by connection name. A secret can be written and used, never shown. */
export interface Vault {
  readonly persistence: 'keychain' | 'memory'
  get(connection: string): Promise<string | null>
  set(connection: string, secret: string): Promise<void>
  remove(connection: string): Promise<void>
}
