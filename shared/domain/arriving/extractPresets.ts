/** Lists of shop systems that people have, as their public documentation describes them. Data alone: nothing branches on them. */
import type { Extract } from './extract.ts'

export interface ExtractPreset {
  name: string
  title: string
  /** How to sign in, and where. */
  connection: string
  /** Where it is described. */
  source: string
  extract: Omit<Extract, 'connection'>
}

const shopify = (list: string, query: Record<string, string>): Omit<Extract, 'connection'> => ({
  path: `/admin/api/2025-10/${list}.json`,
  query,
  records: list,
  paging: { kind: 'link', size: { parameter: 'limit', records: 250 } },
  key: 'id',
  incremental: { field: 'updated_at', parameter: 'updated_at_min', back: 0 },
  total: null,
})

const wooCommerce = (list: string): Omit<Extract, 'connection'> => ({
  path: `/wp-json/wc/v3/${list}`,
  query: { orderby: 'modified', order: 'asc', dates_are_gmt: 'true' },
  records: '',
  paging: {
    kind: 'page',
    parameter: 'page',
    first: 1,
    size: { parameter: 'per_page', records: 100 },
  },
  key: 'id',
  // “Modified after” leaves out what has the same second.
  incremental: { field: 'date_modified_gmt', parameter: 'modified_after', back: 1 },
  total: { in: 'header', name: 'X-WP-Total' },
})

const lightspeed = (list: string): Omit<Extract, 'connection'> => ({
  path: `/api/2.0/${list}`,
  query: {},
  records: 'data',
  paging: {
    kind: 'cursor',
    parameter: 'after',
    next: 'version.max',
    untilEmpty: true,
    size: { parameter: 'page_size', records: 200 },
  },
  key: 'id',
  // “After” is more than, and one version is one change of one thing.
  incremental: { field: 'version', parameter: 'after', back: 0 },
  total: null,
})

const shopifyConnection =
  'https://SHOP.myshopify.com, with the key in the header X-Shopify-Access-Token'
const shopifySource = 'https://shopify.dev/docs/api/admin-rest/usage/pagination'
const wooConnection = 'https://SHOP, with the consumer key as user and its secret as password'
const wooSource = 'https://woocommerce.github.io/woocommerce-rest-api-docs/'
const squareConnection = 'https://connect.squareup.com, with Authorization: Bearer TOKEN'
const lightspeedConnection = 'https://SHOP.retail.lightspeed.app, with Authorization: Bearer TOKEN'
const lightspeedSource = 'https://x-series-api.lightspeedhq.com/docs/pagination'

export const extractPresets: readonly ExtractPreset[] = [
  {
    name: 'shopify-orders',
    title: 'Shopify: orders',
    connection: shopifyConnection,
    source: shopifySource,
    extract: shopify('orders', { status: 'any', order: 'updated_at asc' }),
  },
  {
    name: 'shopify-products',
    title: 'Shopify: products',
    connection: shopifyConnection,
    source: shopifySource,
    extract: shopify('products', {}),
  },
  {
    name: 'shopify-customers',
    title: 'Shopify: customers',
    connection: shopifyConnection,
    source: shopifySource,
    extract: shopify('customers', { order: 'updated_at asc' }),
  },
  {
    name: 'woocommerce-orders',
    title: 'WooCommerce: orders',
    connection: wooConnection,
    source: wooSource,
    extract: wooCommerce('orders'),
  },
  {
    name: 'woocommerce-products',
    title: 'WooCommerce: products',
    connection: wooConnection,
    source: wooSource,
    extract: wooCommerce('products'),
  },
  {
    name: 'square-payments',
    title: 'Square: payments',
    connection: squareConnection,
    source: 'https://developer.squareup.com/reference/square/payments-api/list-payments',
    extract: {
      path: '/v2/payments',
      query: { sort_field: 'UPDATED_AT', sort_order: 'ASC' },
      records: 'payments',
      paging: {
        kind: 'cursor',
        parameter: 'cursor',
        next: 'cursor',
        untilEmpty: false,
        size: { parameter: 'limit', records: 100 },
      },
      key: 'id',
      // A payment may be listed only some seconds after it was changed.
      incremental: { field: 'updated_at', parameter: 'updated_at_begin_time', back: 60 },
      total: null,
    },
  },
  {
    name: 'lightspeed-sales',
    title: 'Lightspeed X-Series: sales',
    connection: lightspeedConnection,
    source: lightspeedSource,
    extract: lightspeed('sales'),
  },
  {
    name: 'lightspeed-products',
    title: 'Lightspeed X-Series: products',
    connection: lightspeedConnection,
    source: lightspeedSource,
    extract: lightspeed('products'),
  },
]
