import { anyTenant, app, appSecret } from './entra.ts'
import type { Field, SystemRecord } from './record.ts'

const url = {
  input: 'url',
  label: 'Power BI address',
  help: 'Leave it empty for the public cloud.',
  example: 'https://api.powerbi.com',
  default: 'https://api.powerbi.com',
} as const satisfies Field

/** What an enhanced refresh can be told; each makes the refresh one. */
export const enhancedParameters = [
  'type',
  'commitMode',
  'maxParallelism',
  'retryCount',
  'timeout',
  'tables',
  'applyRefreshPolicy',
  'effectiveDate',
] as const

/** Whom Power BI writes to is for a plain refresh; what else is said makes it an enhanced one, which takes none of that. */
function wrongParameters(parameters: Readonly<Record<string, string>>): string | null {
  const names = Object.keys(parameters)
  const enhanced: readonly string[] = enhancedParameters
  const odd = names.find((name) => name !== 'notifyOption' && !enhanced.includes(name))
  if (odd !== undefined)
    return `A refresh of Power BI has no parameter “${odd}”: it takes notifyOption alone, or some of ${enhanced.join(', ')}.`
  if (names.includes('notifyOption') && names.length > 1)
    return 'notifyOption is for a plain refresh: take it away, or all the others.'
  return null
}

export const powerBi = {
  name: 'power-bi',
  title: 'Power BI',
  sentence: 'Refreshes a semantic model when the data has landed, and is watched to the end.',
  canBe: ['trigger'],
  job: { label: 'semantic model', help: 'Its workspace and its name, as “Retail / Sales”.' },
  parameters: true,
  wrongParameters,
  address: ({ url: entered }) => (typeof entered === 'string' ? entered : null),
  kinds: {
    'power-bi-app': {
      title: 'App registration (client secret)',
      fields: { url, ...app, clientSecret: appSecret },
      elsewhere: true,
    },
    'power-bi-browser': {
      title: 'Microsoft sign-in (browser)',
      fields: { url, tenant: anyTenant },
      asks: 'A browser window asks you to sign in.',
      elsewhere: true,
    },
    'power-bi-default': {
      title: 'This computer’s Azure login',
      fields: { url },
      elsewhere: true,
    },
  },
} as const satisfies SystemRecord
