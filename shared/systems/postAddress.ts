import type { Field } from './record.ts'

/** The address of a channel, which is all that it takes to write into it. */
export const postAddress = {
  input: 'text',
  label: 'Webhook address',
  secret: true,
  shape: {
    pattern: /^(?:https:\/\/[^\s/]+|http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?)\/\S+$/,
    wrong: 'The webhook address begins with https:// and is copied as a whole.',
  },
} as const satisfies Field
