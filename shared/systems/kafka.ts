import { app, appSecret } from './entra.ts'
import type { Field, SystemRecord } from './record.ts'

const brokers = {
  input: 'text',
  label: 'Brokers',
  help: 'One is enough to find the others; several have commas between them.',
  example: 'kafka1.contoso.com:9093, kafka2.contoso.com:9093',
  shape: {
    pattern: /^\s*[\p{L}\p{N}._-]+:\d{1,5}(?:\s*,\s*[\p{L}\p{N}._-]+:\d{1,5})*\s*$/u,
    wrong: 'Brokers are written as NAME:PORT, several with commas between them.',
  },
} as const satisfies Field

const pem = '-----BEGIN CERTIFICATE-----…'

const ca = {
  input: 'lines',
  label: 'Certificate authority',
  help: 'In PEM, where the company has one of its own: only what it has signed is trusted then. Empty: what this computer trusts.',
  example: pem,
  optional: true,
} as const satisfies Field

const readOnly = {
  input: 'yes-no',
  label: 'Read only',
  help: 'Nothing is ever written to its topics, nor to what its groups have read, by this connection.',
} as const satisfies Field

const place = {
  brokers,
  encryption: {
    input: 'choice',
    label: 'Encryption',
    choices: { tls: 'TLS', none: 'None' },
    default: 'tls',
  },
  ca,
  readOnly,
} as const satisfies Record<string, Field>

export const kafka = {
  name: 'kafka',
  title: 'Kafka',
  sentence:
    'Carries rows as they happen, in topics. Apache Kafka 3.5 and later, and what speaks its protocol.',
  canBe: ['stream'],
  address: ({ brokers, namespace }) => {
    const said = brokers ?? namespace
    return typeof said === 'string' ? said : null
  },
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
    'kafka-certificate': {
      title: 'Client certificate (mTLS)',
      fields: {
        brokers,
        ca,
        certificate: {
          input: 'lines',
          label: 'Client certificate',
          help: 'In PEM, with those that stand between it and its authority.',
          example: pem,
        },
        privateKey: {
          input: 'lines',
          label: 'Private key',
          help: 'Of the client certificate, in PEM.',
          example: '-----BEGIN PRIVATE KEY-----…',
          secret: true,
        },
        passphrase: {
          input: 'text',
          label: 'Passphrase of the key',
          help: 'Leave it empty for a key without one.',
          secret: true,
          optional: true,
        },
        readOnly,
      },
    },
    'kafka-oauth': {
      title: 'OAuth (client credentials)',
      fields: {
        ...place,
        tokenAddress: {
          input: 'url',
          label: 'Token address',
          help: 'Where the identity provider gives out tokens.',
          example: 'https://id.contoso.com/realms/shops/protocol/openid-connect/token',
        },
        client: { input: 'text', label: 'Client id' },
        clientSecret: { input: 'text', label: 'Client secret', secret: true },
        scope: { input: 'text', label: 'Scope', optional: true },
        extensions: {
          input: 'text',
          label: 'Extensions',
          help: 'What the brokers want to be told besides the token.',
          example: 'logicalCluster=lkc-12345, identityPoolId=pool-6789',
          optional: true,
          shape: {
            pattern:
              /^\s*[A-Za-z]+=[\x21-\x2b\x2d-\x7e]+(?:\s*,\s*[A-Za-z]+=[\x21-\x2b\x2d-\x7e]+)*\s*$/,
            wrong: 'Extensions are written as NAME=VALUE, several with commas between them.',
          },
        },
      },
    },
    'confluent-cloud': {
      title: 'Confluent Cloud',
      fields: {
        brokers: {
          ...brokers,
          label: 'Bootstrap server',
          help: 'In the Confluent console: Cluster settings, Endpoints.',
          example: 'pkc-12345.westeurope.azure.confluent.cloud:9092',
        },
        apiKey: { input: 'text', label: 'API key', help: 'Of the cluster, not of the cloud.' },
        apiSecret: { input: 'text', label: 'API secret', secret: true },
        readOnly,
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
        readOnly,
      },
    },
    'event-hubs-entra': {
      title: 'Azure Event Hubs by app registration (Microsoft Entra ID)',
      fields: {
        namespace: {
          input: 'text',
          label: 'Host of the namespace',
          help: 'In the Azure portal: Overview of the namespace. The app needs the role “Azure Event Hubs Data Receiver”, and to write “Azure Event Hubs Data Sender”.',
          example: 'contoso.servicebus.windows.net',
          shape: {
            pattern: /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/,
            wrong: 'The host of the namespace is written as NAME.servicebus.windows.net.',
          },
        },
        ...app,
        authority: {
          input: 'url',
          label: 'Sign-in address',
          help: 'Leave it empty for the public cloud.',
          example: 'https://login.microsoftonline.com',
          default: 'https://login.microsoftonline.com',
        },
        clientSecret: appSecret,
        readOnly,
      },
      elsewhere: true,
    },
  },
} as const satisfies SystemRecord
