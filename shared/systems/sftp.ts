import type { Field, SystemRecord } from './record.ts'

const server = {
  host: {
    input: 'text',
    label: 'Server',
    example: 'sftp.contoso.com',
    shape: {
      pattern: /^[\p{L}\p{N}.:-]+$/u,
      wrong: 'The server is a name or an address, without a port.',
    },
  },
  port: { input: 'number', label: 'Port', min: 1, max: 65_535, default: '22' },
  user: { input: 'text', label: 'User', example: 'till' },
  hostKey: {
    input: 'text',
    label: 'Key of the server',
    help: 'As whoever runs the server says it. Empty: the key that it shows first is kept, and no other is taken then.',
    example: 'SHA256:jK4mZ0vV1q8y3cT5uPz7oXe2wLrN6aBdFgHiSkYtUxE',
    optional: true,
    shape: {
      pattern: /^SHA256:[A-Za-z0-9+/]{43}$/,
      wrong: 'The key of the server is SHA256: and 43 characters, as ssh-keygen -l shows it.',
    },
  },
} as const satisfies Record<string, Field>

export const sftp = {
  name: 'sftp',
  title: 'SFTP',
  sentence: 'Folders of a server whose files are fetched over SSH.',
  canBe: ['files'],
  address: ({ host }) => (typeof host === 'string' ? host : null),
  kinds: {
    'sftp-password': {
      title: 'User and password',
      fields: { ...server, password: { input: 'text', label: 'Password', secret: true } },
    },
    'sftp-key': {
      title: 'Private key',
      fields: {
        ...server,
        privateKey: {
          input: 'lines',
          label: 'Private key',
          help: 'The whole file, as ssh-keygen wrote it.',
          secret: true,
        },
        passphrase: {
          input: 'text',
          label: 'Passphrase of the key',
          optional: true,
          secret: true,
        },
      },
    },
  },
} as const satisfies SystemRecord
