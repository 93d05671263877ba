import type { Field, SystemRecord } from './record.ts'

const baseUrl = {
  input: 'url',
  label: 'Address',
  help: 'Of the API, without what is asked for.',
  example: 'https://shop.contoso.com/api',
} as const satisfies Field

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/

export const storeApi = {
  name: 'store-api',
  title: 'Store API',
  sentence:
    'Sales, products and customers come from it, page by page: a shop system with a REST API.',
  canBe: ['source'],
  address: ({ baseUrl: address }) => (typeof address === 'string' ? address : null),
  kinds: {
    'store-api': { title: 'Without signing in', fields: { baseUrl } },
    'store-api-header': {
      title: 'Key in a header',
      fields: {
        baseUrl,
        header: {
          input: 'text',
          label: 'Header',
          example: 'X-Shopify-Access-Token',
          default: 'Authorization',
          shape: { pattern: headerName, wrong: 'A header has letters, digits and hyphens.' },
        },
        key: {
          input: 'text',
          label: 'Key',
          help: 'All that stands in the header; for Authorization with the word before it: Bearer ….',
          example: 'Bearer …',
          secret: true,
        },
      },
    },
    'store-api-query': {
      title: 'Key in the address',
      fields: {
        baseUrl,
        parameter: { input: 'text', label: 'Parameter', example: 'api_key' },
        key: { input: 'text', label: 'Key', secret: true },
      },
    },
    'store-api-basic': {
      title: 'User and password',
      fields: {
        baseUrl,
        user: { input: 'text', label: 'User', help: 'WooCommerce: the consumer key.' },
        password: {
          input: 'text',
          label: 'Password',
          help: 'WooCommerce: the consumer secret.',
          secret: true,
        },
      },
    },
    'store-api-oauth': {
      title: 'OAuth client',
      fields: {
        baseUrl,
        tokenUrl: {
          input: 'url',
          label: 'Address for tokens',
          example: 'https://login.contoso.com/oauth/token',
        },
        client: { input: 'text', label: 'Client ID' },
        scope: { input: 'text', label: 'Scope', optional: true },
        clientSecret: { input: 'text', label: 'Client secret', secret: true },
      },
    },
  },
} as const satisfies SystemRecord
