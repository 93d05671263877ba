import type { SystemRecord } from './record.ts'
import { postAddress } from './postAddress.ts'

export const slack = {
  name: 'slack',
  title: 'Slack',
  sentence: 'Gets a short message in a channel when the data has landed.',
  canBe: ['trigger', 'alert'],
  kinds: {
    slack: {
      title: 'Incoming webhook',
      fields: {
        address: {
          ...postAddress,
          help: 'Of an app in Slack, under Incoming Webhooks. Whoever has it can write into the channel.',
          example: 'https://hooks.slack.com/services/…',
        },
      },
    },
  },
} as const satisfies SystemRecord
