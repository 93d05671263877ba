import type { Field } from './record.ts'

/** Of who signs in at Microsoft Entra ID; the same wherever it is asked for. */
export const anyTenant = {
  input: 'text',
  label: 'Tenant',
  help: 'Leave it empty for the tenant of whoever signs in.',
  example: 'contoso.onmicrosoft.com',
  optional: true,
} as const satisfies Field

/** An app registration. */
export const app = {
  tenant: { input: 'text', label: 'Tenant', example: 'contoso.onmicrosoft.com' },
  client: {
    input: 'text',
    label: 'Client id',
    help: 'In Entra ID under App registrations.',
    example: '00000000-0000-0000-0000-000000000000',
  },
} as const satisfies Record<string, Field>

export const appSecret = {
  input: 'text',
  label: 'Client secret',
  example: 'The value, not the secret’s id',
  secret: true,
} as const satisfies Field
