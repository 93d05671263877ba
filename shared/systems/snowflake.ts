import type { Field, SystemRecord } from './record.ts'

const named = {
  pattern: /^[^\0"]{1,255}$/,
  wrong: 'A name as Snowflake shows it, without quotation marks.',
}

/** Where it is; the same for every way of signing in. */
const where = {
  account: {
    input: 'text',
    label: 'Account',
    help: 'In Snowsight below your name: Account, View account details, Account identifier.',
    example: 'ORGANISATION-ACCOUNT',
    shape: {
      pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/,
      wrong: 'The account identifier: letters, digits, hyphens, underscores and points.',
    },
  },
  address: {
    input: 'url',
    label: 'Address',
    help: 'Leave it empty, unless your company reaches Snowflake by an address of its own.',
    example: 'https://ORGANISATION-ACCOUNT.snowflakecomputing.com',
    default: ({ account }) =>
      account ? `https://${account.replaceAll('_', '-').toLowerCase()}.snowflakecomputing.com` : '',
  },
} as const satisfies Record<string, Field>

/** What does the work, and where the tables lie. */
const place = {
  role: {
    input: 'text',
    label: 'Role',
    help: 'Leave it empty for the default role of the user.',
    example: 'LOADER',
    optional: true,
    offered: true,
    shape: named,
  },
  warehouse: {
    input: 'text',
    label: 'Virtual warehouse',
    help: 'It does the work; it is started when it sleeps.',
    example: 'LOAD_WH',
    offered: true,
    shape: named,
  },
  database: { input: 'text', label: 'Database', example: 'SALES', offered: true, shape: named },
  schema: {
    input: 'text',
    label: 'Schema',
    help: 'The tables lie in it, and Pallet’s ledger with them, unless a table is named with another.',
    example: 'RAW',
    offered: true,
    shape: named,
  },
  blobs: {
    input: 'choice',
    label: 'Blobs in Azure',
    help: 'Whether Snowflake reads the blob of a run where it lies in Azure as Parquet. What does not lie there is sent to it in any case.',
    choices: {
      sent: 'Are not read: Pallet sends the file once more',
      sas: 'Are read with a SAS for an hour, which Pallet makes',
      integration: 'Are read through a storage integration',
      stage: 'Are read through an external stage',
    },
    optional: true,
  },
  blobsBy: {
    input: 'text',
    label: 'Integration or stage',
    help: 'The name of the storage integration or of the external stage; a stage may be named with its database and schema.',
    example: 'AZURE_RETAIL',
    optional: true,
    shape: {
      pattern: /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*){0,2}$/,
      wrong: 'A name of letters, digits and underscores; of a stage also DATABASE.SCHEMA.STAGE.',
    },
  },
} as const satisfies Record<string, Field>

const user = { input: 'text', label: 'User', example: 'PALLET', shape: named } as const

/**
 * A name as Snowflake has it when nobody quotes it: `sku` is SKU, and can be asked for as sku. Of two names of a file,
 * which differ in more than their case, none becomes another.
 */
export function folded(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/i.test(name) ? name.toUpperCase() : name
}

export const snowflake = {
  name: 'snowflake',
  title: 'Snowflake',
  sentence: 'Keeps the rows in tables of a schema.',
  canBe: ['warehouse'],
  address: ({ address }) => (typeof address === 'string' ? address : null),
  lineage: ({ account, database, schema }) => ({
    namespace: `snowflake://${String(account)}`,
    before: `${String(database)}.${String(schema)}.`,
  }),
  kinds: {
    'snowflake-key-pair': {
      title: 'Key pair',
      fields: {
        ...where,
        user,
        privateKey: {
          input: 'lines',
          label: 'Private key',
          help: 'The whole PEM file. Its public half is given to the user with ALTER USER … SET RSA_PUBLIC_KEY.',
          example: '-----BEGIN PRIVATE KEY-----',
          secret: true,
        },
        passphrase: {
          input: 'text',
          label: 'Passphrase of the key',
          help: 'Leave it empty for a key without one.',
          optional: true,
          secret: true,
        },
        ...place,
      },
    },
    'snowflake-token': {
      title: 'Programmatic access token',
      fields: {
        ...where,
        user,
        accessToken: {
          input: 'text',
          label: 'Access token',
          help: 'In Snowsight: Settings, Authentication, Programmatic access tokens.',
          secret: true,
        },
        ...place,
      },
    },
    'snowflake-oauth': {
      title: 'OAuth client credentials',
      fields: {
        ...where,
        client: {
          input: 'text',
          label: 'Client id',
          example: '00000000-0000-0000-0000-000000000000',
        },
        tokenAddress: {
          input: 'url',
          label: 'Token address',
          help: 'Where the identity provider gives out tokens.',
          example: 'https://login.microsoftonline.com/TENANT/oauth2/v2.0/token',
        },
        scope: {
          input: 'text',
          label: 'Scope',
          help: 'Leave it empty where the provider asks for none.',
          example: 'api://SNOWFLAKE/.default',
          optional: true,
        },
        oauthSecret: { input: 'text', label: 'Client secret', secret: true },
        ...place,
      },
    },
    'snowflake-azure': {
      title: 'Identity of this computer in Azure',
      fields: {
        ...where,
        client: {
          input: 'text',
          label: 'Client id',
          help: 'Of a managed identity that was assigned to this computer. Leave it empty for its own, or for who has signed in with az login.',
          example: '00000000-0000-0000-0000-000000000000',
          optional: true,
        },
        resource: {
          input: 'text',
          label: 'Resource',
          help: 'Leave it empty, unless your company has registered Snowflake in Microsoft Entra ID by a name of its own.',
          example: 'api://00000000-0000-0000-0000-000000000000',
          optional: true,
        },
        ...place,
      },
      elsewhere: true,
    },
  },
} as const satisfies SystemRecord
