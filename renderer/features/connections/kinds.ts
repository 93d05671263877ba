import {
  ConnectionName,
  addableKinds,
  needsSecret,
  type Connection,
  type ConnectionKind,
  type ConnectionSettings,
} from '../../../shared/domain/connection.ts'

export const kindWords: Record<ConnectionKind, string> = {
  sandbox: 'Built in, on this computer',
  environment: 'From the environment of this computer',
  'connection-string': 'Connection string',
  'account-key': 'Account key',
  'sas-url': 'SAS URL',
  'entra-browser': 'Microsoft sign-in (browser)',
  'entra-device-code': 'Microsoft sign-in (code)',
  'entra-client-secret': 'App registration (client secret)',
  'entra-default': 'This computer’s Azure login',
}

export type AddableKind = (typeof addableKinds)[number]

export function isAddable(kind: string): kind is AddableKind {
  return addableKinds.some((candidate) => candidate === kind)
}

/** How the secret of a kind is called, and an example of its shape. */
export const secretWords: Partial<Record<ConnectionKind, { label: string; example: string }>> = {
  'connection-string': {
    label: 'Connection string',
    example: 'DefaultEndpointsProtocol=https;AccountName=…',
  },
  'account-key': { label: 'Account key', example: '88 characters ending in ==' },
  'sas-url': { label: 'SAS URL', example: 'https://….blob.core.windows.net/…?sv=…&sig=…' },
  'entra-client-secret': { label: 'Client secret', example: 'The value, not the secret’s id' },
}

/** The open form: every field of every kind as text, so that changing the kind loses nothing. */
export interface ConnectionForm {
  name: string
  kind: AddableKind
  account: string
  endpoint: string
  tenant: string
  client: string
  container: string
  secret: string
}

export type Complaints = Partial<Record<keyof ConnectionForm, string>>

export const emptyForm: ConnectionForm = {
  name: '',
  kind: 'connection-string',
  account: '',
  endpoint: '',
  tenant: '',
  client: '',
  container: '',
  secret: '',
}

export function formOf(connection: Connection): ConnectionForm {
  const { settings } = connection
  return {
    ...emptyForm,
    name: connection.name,
    kind: isAddable(settings.kind) ? settings.kind : emptyForm.kind,
    account: 'account' in settings ? settings.account : '',
    endpoint: 'endpoint' in settings ? settings.endpoint : '',
    tenant: 'tenant' in settings ? (settings.tenant ?? '') : '',
    client: 'client' in settings ? settings.client : '',
    container: connection.container ?? '',
  }
}

/** Which of the form's fields a kind has. */
export function fieldsOf(kind: AddableKind): readonly (keyof ConnectionForm)[] {
  switch (kind) {
    case 'connection-string':
    case 'sas-url':
      return ['secret']
    case 'account-key':
      return ['account', 'endpoint', 'secret']
    case 'entra-browser':
    case 'entra-device-code':
      return ['endpoint', 'tenant']
    case 'entra-client-secret':
      return ['endpoint', 'tenant', 'client', 'secret']
    case 'entra-default':
      return ['endpoint']
  }
}

export interface SaveInput {
  name: string
  settings: ConnectionSettings
  container: string | null
  secret?: string
}

/**
 * What `connections.save` is told, or what is wrong with which field.
 * @param stored whether the vault already holds a secret for this kind of this connection
 */
export function saveInput(
  form: ConnectionForm,
  stored: boolean,
): { ok: true; input: SaveInput } | { ok: false; complaints: Complaints } {
  const text = (field: keyof ConnectionForm) => form[field].trim()
  const complaints: Complaints = {}
  if (!ConnectionName.safeParse(text('name')).success)
    complaints.name = 'Use lower-case letters, digits and hyphens, at most 41.'
  const container = text('container')
  if (container !== '' && !/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container))
    complaints.container = 'Use 3 to 63 lower-case letters, digits and single hyphens.'
  const fields = fieldsOf(form.kind)
  const account = text('account')
  if (fields.includes('account') && !/^[a-z0-9]{3,24}$/.test(account))
    complaints.account = 'The name of the storage account: 3 to 24 lower-case letters and digits.'
  // Left empty it is made from the account, and what is wrong then is said there.
  const derived = form.kind === 'account-key' && text('endpoint') === ''
  const endpoint = derived ? endpointOf(account) : text('endpoint')
  if (fields.includes('endpoint') && !derived && !/^https?:\/\/[^\s/]+/.test(endpoint))
    complaints.endpoint =
      'The address of the storage, such as https://ACCOUNT.blob.core.windows.net.'
  const tenant = text('tenant')
  if (form.kind === 'entra-client-secret' && tenant === '')
    complaints.tenant = 'The tenant id or its domain is needed.'
  const client = text('client')
  if (fields.includes('client') && client === '') complaints.client = 'The client id is needed.'
  const secret = text('secret')
  if (needsSecret(form.kind) && secret === '' && !stored)
    complaints.secret = `Enter the ${secretWords[form.kind]?.label.toLowerCase() ?? 'secret'}.`
  if (Object.keys(complaints).length > 0) return { ok: false, complaints }
  return {
    ok: true,
    input: {
      name: text('name'),
      settings: settingsOf(form.kind, { account, endpoint, tenant, client }),
      container: container === '' ? null : container,
      ...(fields.includes('secret') && secret !== '' ? { secret } : {}),
    },
  }
}

/** The public cloud's address of an account. */
export function endpointOf(account: string): string {
  return account === '' ? '' : `https://${account}.blob.core.windows.net`
}

function settingsOf(
  kind: AddableKind,
  {
    account,
    endpoint,
    tenant,
    client,
  }: Record<'account' | 'endpoint' | 'tenant' | 'client', string>,
): ConnectionSettings {
  const inTenant = tenant === '' ? {} : { tenant }
  switch (kind) {
    case 'connection-string':
    case 'sas-url':
      return { kind }
    case 'account-key':
      return { kind, account, endpoint }
    case 'entra-browser':
    case 'entra-device-code':
      return { kind, endpoint, ...inTenant }
    case 'entra-client-secret':
      return { kind, endpoint, tenant, client }
    case 'entra-default':
      return { kind, endpoint }
  }
}
