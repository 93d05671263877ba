import { app, appSecret } from './entra.ts'
import type { Field, SystemRecord } from './record.ts'

const named = {
  pattern: /^[\p{L}\p{N}_-]{1,255}$/u,
  wrong: 'A name as Catalog Explorer shows it: letters, digits, hyphens and underscores.',
}

/** Where it is; the same for every way of signing in. */
const where = {
  url: {
    input: 'url',
    label: 'Workspace address',
    help: 'As it stands in the browser, without what follows the name.',
    example: 'https://adb-1234567890123456.7.azuredatabricks.net',
  },
} as const satisfies Record<string, Field>

/** What does the work, and where the tables lie. */
const place = {
  warehouse: {
    input: 'text',
    label: 'SQL warehouse',
    help: 'Its id: in SQL Warehouses, Overview, behind the name. It is started when it sleeps.',
    example: '1234567890abcdef',
    offered: true,
    shape: { pattern: /^[0-9a-f]{16}$/, wrong: 'The id: 16 digits and letters from a to f.' },
  },
  catalog: { input: 'text', label: 'Catalog', example: 'sales', offered: true, shape: named },
  schema: {
    input: 'text',
    label: 'Schema',
    help: 'The tables lie in it, and Pallet’s ledger with them, unless a table is named with another.',
    example: 'raw',
    offered: true,
    shape: named,
  },
  volume: {
    input: 'text',
    label: 'Volume',
    help: 'In the same schema; files of a load pass through it. It is made when it is not there.',
    example: 'pallet',
    default: 'pallet',
    shape: named,
  },
} as const satisfies Record<string, Field>

export const databricks = {
  name: 'databricks',
  title: 'Databricks',
  sentence:
    'Keeps the rows in tables of a Unity Catalog schema, and runs a job when they have landed.',
  canBe: ['warehouse', 'trigger'],
  job: {
    label: 'job',
    help: 'Its name, or its id; or a notebook that runs once: notebook:/Shared/load.',
  },
  parameters: true,
  address: ({ url }) => (typeof url === 'string' ? url : null),
  lineage: ({ url, catalog, schema }) =>
    typeof url === 'string'
      ? {
          namespace: `databricks://${url.split('/')[2] ?? ''}`,
          before: `${String(catalog)}.${String(schema)}.`,
        }
      : null,
  kinds: {
    'databricks-token': {
      title: 'Personal access token',
      fields: {
        ...where,
        accessToken: {
          input: 'text',
          label: 'Access token',
          help: 'In the workspace: Settings, Developer, Access tokens.',
          example: 'dapi…',
          secret: true,
        },
        ...place,
      },
    },
    'databricks-oauth': {
      title: 'Service principal (OAuth)',
      fields: {
        ...where,
        client: {
          ...app.client,
          help: 'Of the service principal, in Settings, Identity and access.',
        },
        oauthSecret: { input: 'text', label: 'OAuth secret', secret: true },
        ...place,
      },
    },
    'databricks-entra': {
      title: 'App registration (Microsoft Entra ID)',
      fields: {
        ...where,
        ...app,
        authority: {
          input: 'url',
          label: 'Sign-in address',
          help: 'Leave it empty for the public cloud.',
          example: 'https://login.microsoftonline.com',
          default: 'https://login.microsoftonline.com',
        },
        clientSecret: appSecret,
        ...place,
      },
      elsewhere: true,
    },
  },
} as const satisfies SystemRecord
