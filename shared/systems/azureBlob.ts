import { anyTenant, app, appSecret } from './entra.ts'
import type { Field, SystemRecord } from './record.ts'

const endpoint = {
  input: 'url',
  label: 'Storage address',
  example: 'https://ACCOUNT.blob.core.windows.net',
} as const satisfies Field

export const azureBlob = {
  name: 'azure-blob',
  title: 'Azure Blob Storage',
  sentence: 'Keeps the cleaned files as blobs in a container; files of others are fetched from it.',
  canBe: ['blobs', 'files'],
  address: ({ endpoint }) => (typeof endpoint === 'string' ? endpoint : null),
  lineage: ({ endpoint }, container) =>
    typeof endpoint === 'string'
      ? { namespace: `wasbs://${container}@${endpoint.split(/[:/.]+/)[1] ?? ''}`, before: '' }
      : null,
  kinds: {
    'connection-string': {
      title: 'Connection string',
      fields: {
        connectionString: {
          input: 'text',
          label: 'Connection string',
          help: 'In the Azure portal: Access keys, the whole line.',
          example: 'DefaultEndpointsProtocol=https;AccountName=…',
          secret: true,
        },
      },
    },
    'account-key': {
      title: 'Account key',
      fields: {
        account: {
          input: 'text',
          label: 'Storage account',
          example: 'contoso',
          shape: {
            pattern: /^[a-z0-9]{3,24}$/,
            wrong: 'The name of the storage account: 3 to 24 lower-case letters and digits.',
          },
        },
        endpoint: {
          ...endpoint,
          help: 'Leave it empty for the public cloud.',
          default: ({ account }) => (account ? `https://${account}.blob.core.windows.net` : ''),
        },
        accountKey: {
          input: 'text',
          label: 'Account key',
          example: '88 characters ending in ==',
          secret: true,
        },
      },
    },
    'sas-url': {
      title: 'SAS URL',
      fields: {
        sasUrl: {
          input: 'text',
          label: 'SAS URL',
          help: 'Of the account or of a container, with all that stands after the question mark.',
          example: 'https://….blob.core.windows.net/…?sv=…&sig=…',
          secret: true,
        },
      },
    },
    'entra-browser': {
      title: 'Microsoft sign-in (browser)',
      fields: { endpoint, tenant: anyTenant },
      asks: 'A browser window asks you to sign in.',
      elsewhere: true,
    },
    'entra-device-code': {
      title: 'Microsoft sign-in (code)',
      fields: { endpoint, tenant: anyTenant },
      elsewhere: true,
    },
    'entra-client-secret': {
      title: 'App registration (client secret)',
      fields: { endpoint, ...app, clientSecret: appSecret },
      elsewhere: true,
    },
    'entra-default': {
      title: 'This computer’s Azure login',
      fields: { endpoint },
      elsewhere: true,
    },
  },
} as const satisfies SystemRecord
