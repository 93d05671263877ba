import type { Field, SystemRecord } from './record.ts'

const place = {
  brokers: {
    input: 'text',
    label: 'Brokers',
    help: 'One is enough to find the others; several have commas between them.',
    example: 'kafka1.contoso.com:9093, kafka2.contoso.com:9093',
    shape: {
      pattern: /^\s*[\p{L}\p{N}._-]+:\d{1,5}(?:\s*,\s*[\p{L}\p{N}._-]+:\d{1,5})*\s*$/u,
      wrong: 'Brokers are written as NAME:PORT, several with commas between them.',
    },
  },
  encryption: {
    input: 'choice',
    label: 'Encryption',
    choices: { tls: 'TLS', none: 'None' },
    default: 'tls',
  },
  readOnly: {
    input: 'yes-no',
    label: 'Read only',
    help: 'Nothing is ever written to its topics by this connection.',
  },
} as const satisfies Record<string, Field>

export const kafka = {
  name: 'kafka',
  title: 'Kafka',
  sentence:
    'Carries rows as they happen, in topics. Apache Kafka 3.5 and later, and what speaks its protocol.',
  canBe: ['stream'],
  address: ({ brokers }) => (typeof brokers === 'string' ? brokers : null),
  kinds: {
    kafka: { title: 'Without signing in', fields: place },
    'kafka-password': {
      title: 'User and password',
      fields: {
        ...place,
        mechanism: {
          input: 'choice',
          label: 'Signing in',
          choices: {
            'SCRAM-SHA-512': 'SCRAM-SHA-512',
            'SCRAM-SHA-256': 'SCRAM-SHA-256',
            PLAIN: 'PLAIN',
          },
          default: 'SCRAM-SHA-512',
        },
        user: { input: 'text', label: 'User', help: 'Or the API key.' },
        password: { input: 'text', label: 'Password', help: 'Or its secret.', secret: true },
      },
    },
    'event-hubs': {
      title: 'Azure Event Hubs',
      fields: {
        connectionString: {
          input: 'text',
          label: 'Connection string',
          help: 'In the Azure portal: Shared access policies of the namespace, the whole line.',
          example: 'Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=…',
          secret: true,
        },
        readOnly: place.readOnly,
      },
    },
  },
} as const satisfies SystemRecord
