import type { SystemRecord } from './record.ts'
import { postAddress } from './postAddress.ts'

export const teams = {
  name: 'teams',
  title: 'Microsoft Teams',
  sentence: 'Gets a short message in a channel or chat when the data has landed.',
  canBe: ['trigger', 'alert'],
  kinds: {
    teams: {
      title: 'Workflow',
      fields: {
        address: {
          ...postAddress,
          help: 'Of a workflow in Teams that posts when a webhook request is received. Whoever has it can write there.',
          example: 'https://….environment.api.powerplatform.com/…',
        },
      },
    },
  },
} as const satisfies SystemRecord
