import type { SystemRecord } from './record.ts'

export const openLineage = {
  name: 'openlineage',
  title: 'OpenLineage',
  sentence:
    'Is told of every run what came in, what went out and how it ended, as lineage tools read it.',
  canBe: ['trigger'],
  address: ({ url, folder }) =>
    typeof url === 'string' ? url : typeof folder === 'string' ? folder : null,
  kinds: {
    'openlineage-http': {
      title: 'Service',
      fields: {
        url: {
          input: 'url',
          label: 'Address for events',
          help: 'With its path, as of Marquez or DataHub.',
          example: 'https://marquez.contoso.com/api/v1/lineage',
        },
        apiKey: { input: 'text', label: 'API key', secret: true, optional: true },
      },
    },
    'openlineage-file': {
      title: 'Folder',
      fields: {
        folder: {
          input: 'text',
          label: 'Folder',
          help: 'Of this computer. It gets one file of each event.',
          example: '/srv/lineage',
          shape: {
            pattern: /^(\/|[A-Za-z]:[\\/]|\\\\)/,
            wrong: 'The whole path of the folder, from the top.',
          },
        },
      },
    },
  },
} as const satisfies SystemRecord
