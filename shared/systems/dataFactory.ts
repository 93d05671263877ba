import { anyTenant, app, appSecret } from './entra.ts'
import type { Field, SystemRecord } from './record.ts'

const place = {
  subscription: {
    input: 'text',
    label: 'Subscription',
    help: 'Its id: in the Azure portal, on the overview of the factory.',
    example: '00000000-0000-0000-0000-000000000000',
    shape: {
      pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
      wrong: 'The id: 32 digits and letters from a to f, with four hyphens.',
    },
  },
  resourceGroup: { input: 'text', label: 'Resource group', example: 'retail' },
  factory: { input: 'text', label: 'Factory', example: 'contoso-factory' },
  url: {
    input: 'url',
    label: 'Management address',
    help: 'Leave it empty for the public cloud.',
    example: 'https://management.azure.com',
    default: 'https://management.azure.com',
  },
} as const satisfies Record<string, Field>

export const dataFactory = {
  name: 'data-factory',
  title: 'Azure Data Factory',
  sentence: 'Runs a pipeline when the data has landed, and is watched to the end.',
  canBe: ['trigger'],
  job: { label: 'pipeline', help: 'It needs a parameter run_id of type String.' },
  parameters: true,
  address: ({ factory }) => (typeof factory === 'string' ? factory : null),
  kinds: {
    'data-factory-app': {
      title: 'App registration (client secret)',
      fields: { ...place, ...app, clientSecret: appSecret },
      elsewhere: true,
    },
    'data-factory-browser': {
      title: 'Microsoft sign-in (browser)',
      fields: { ...place, tenant: anyTenant },
      asks: 'A browser window asks you to sign in.',
      elsewhere: true,
    },
    'data-factory-default': {
      title: 'This computer’s Azure login',
      fields: place,
      elsewhere: true,
    },
  },
} as const satisfies SystemRecord
