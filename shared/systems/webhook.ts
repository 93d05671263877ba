import type { SystemRecord } from './record.ts'

export const webhook = {
  name: 'webhook',
  title: 'Webhook',
  sentence: 'Gets a signed request when the data has landed: a receiver of your own.',
  canBe: ['trigger', 'alert'],
  parameters: true,
  address: ({ url }) => (typeof url === 'string' ? url : null),
  kinds: {
    webhook: {
      title: 'Signed by HMAC',
      fields: {
        url: {
          input: 'url',
          label: 'Address',
          help: 'Where it is posted to. What it holds is in docs/telling.md.',
          example: 'https://hooks.contoso.com/pallet',
        },
        signingSecret: {
          input: 'text',
          label: 'Signing secret',
          help: 'What sender and receiver share: whsec_ and 24 to 64 bytes in base64.',
          example: 'whsec_…',
          secret: true,
          shape: {
            pattern: /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/,
            wrong: 'The signing secret is whsec_ and 24 to 64 bytes in base64.',
          },
        },
      },
    },
  },
} as const satisfies SystemRecord
