import type { SystemRecord } from './record.ts'

/** One, or several with commas between them; a line end would begin a header of somebody else's. */
const addresses = /^[^\s@,<>"]+@[^\s@,<>"]+(?:\s*,\s*[^\s@,<>"]+@[^\s@,<>"]+)*$/

export const email = {
  name: 'email',
  title: 'E-mail',
  sentence: 'Gets a short letter when the data has landed.',
  canBe: ['trigger', 'alert'],
  address: ({ host }) => (typeof host === 'string' ? host : null),
  kinds: {
    smtp: {
      title: 'Mail server (SMTP)',
      fields: {
        host: {
          input: 'text',
          label: 'Mail server',
          example: 'smtp.contoso.com',
          shape: {
            pattern: /^[\p{L}\p{N}.:-]+$/u,
            wrong: 'The mail server is a name or an address, without a port.',
          },
        },
        security: {
          input: 'choice',
          label: 'Encryption',
          choices: {
            starttls: 'Begun after the greeting (STARTTLS)',
            tls: 'From the first byte (TLS)',
            none: 'None',
          },
          default: 'starttls',
        },
        port: {
          input: 'number',
          label: 'Port',
          help: 'Usually 587, and 465 for encryption from the first byte.',
          min: 1,
          max: 65_535,
          default: ({ security }) =>
            security === 'tls' ? '465' : security === 'none' ? '25' : '587',
        },
        from: {
          input: 'text',
          label: 'From',
          help: 'An address that the mail server lets you write from.',
          example: 'pallet@contoso.com',
          shape: { pattern: addresses, wrong: 'From is an e-mail address.' },
        },
        to: {
          input: 'text',
          label: 'To',
          help: 'Several have commas between them.',
          example: 'stores@contoso.com',
          shape: { pattern: addresses, wrong: 'To is an e-mail address, or several with commas.' },
        },
        user: {
          input: 'text',
          label: 'User',
          help: 'Leave it empty where nobody has to sign in.',
          optional: true,
        },
        password: { input: 'text', label: 'Password', optional: true, secret: true },
      },
    },
  },
} as const satisfies SystemRecord
